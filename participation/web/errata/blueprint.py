"""The blueprint that all views of this corridor hang on."""

from __future__ import annotations

from flask import Blueprint

errata = Blueprint("errata", __name__)
