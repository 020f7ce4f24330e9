"""Programs that some tests need beside Python."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip a test whose program is not there; in CI it is a failure."""
    reason = f"{what} is not installed (./test installs it where it may)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
