"""Which storage the settings mean."""

from __future__ import annotations

from pathlib import Path

from participation.attachments.bucket import Bucket
from participation.attachments.storage import Folder, Storage


def storage_at(url: str, instance: Path) -> Storage:
    """Return the bucket of an address, else the folder beside the database, outside of everything that is served."""
    return Bucket(url) if url else Folder(instance / "attachments")
