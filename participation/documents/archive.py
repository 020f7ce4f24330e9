"""ZIP files, as office formats are, with the same bytes for the same content; libraries date them by the clock."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime


def repacked(data: bytes, at: datetime) -> bytes:
    """Return a ZIP file with every member dated `at`; order, and whether a member is compressed, stay as they were."""
    moment = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second // 2 * 2)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            fresh = zipfile.ZipInfo(member.filename, moment)
            fresh.compress_type = member.compress_type
            fresh.external_attr = 0o644 << 16
            target.writestr(fresh, source.read(member))
    return out.getvalue()
