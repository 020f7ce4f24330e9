"""The blueprint that all views of this corridor hang on."""

from __future__ import annotations

from flask import Blueprint

measures = Blueprint("measures", __name__)
