"""The blueprint that all views of this corridor hang on."""

from __future__ import annotations

from flask import Blueprint

merging = Blueprint("merging", __name__)
