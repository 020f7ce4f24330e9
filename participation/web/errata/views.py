"""All views of this corridor."""

from __future__ import annotations

from participation.web.errata import corrections, erasures
from participation.web.errata.blueprint import errata

__all__ = ["corrections", "erasures", "errata"]
