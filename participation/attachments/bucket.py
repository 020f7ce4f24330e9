"""Bytes in an S3-compatible storage, for several machines without a shared disk. Knows no table.

Their keys are what the folder's paths are, so that a folder can be copied into a bucket and back.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from participation.attachments.storage import SHA256, Unreachable, key_of

CONNECT, READ = 2, 20
"""Seconds that a request waits for the storage."""


class Bucket:
    """A bucket that only we write to."""

    def __init__(self, url: str) -> None:
        """Take `s3://key:secret@host/bucket?region=…`; `s3+http` asks without TLS. Connects on first use."""
        parts = urlsplit(url)
        self.endpoint = f"{'http' if parts.scheme == 's3+http' else 'https'}://{parts.netloc.rpartition('@')[2]}"
        self.key, self.secret = unquote(parts.username or ""), unquote(parts.password or "")
        self.name = parts.path.strip("/")
        self.region = parse_qs(parts.query).get("region", ["us-east-1"])[0]

    @cached_property
    def client(self) -> Any:
        """The connection; boto3 is large, so whoever has a folder does not load it."""
        import boto3  # noqa: PLC0415 - optional
        from botocore.config import Config  # noqa: PLC0415 - optional

        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(
                connect_timeout=CONNECT,
                read_timeout=READ,
                retries={"total_max_attempts": 2, "mode": "standard"},
                s3={"addressing_style": "path"},
                # What not every storage but Amazon's knows.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def save(self, data: bytes) -> str:
        """Keep bytes for good; saved once more they are young again, so that whoever sweeps now leaves them."""
        sha256 = hashlib.sha256(data).hexdigest()
        with reached():
            self.client.put_object(Bucket=self.name, Key=key_of(sha256), Body=data)
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        """Return bytes to read, all of them fetched: a download that has begun does not break off."""
        key = key_of(sha256)
        with reached(missing=sha256):
            return io.BytesIO(self.client.get_object(Bucket=self.name, Key=key)["Body"].read())

    def delete(self, sha256: str) -> None:
        """Forget bytes."""
        key = key_of(sha256)
        with reached():
            self.client.delete_object(Bucket=self.name, Key=key)

    def older_than(self, before: datetime) -> Iterator[str]:
        """Yield the SHA-256 of everything that nobody saved since a moment."""
        for entry in self._entries():
            sha256 = entry["Key"].rpartition("/")[2]
            if entry["LastModified"] < before and SHA256.fullmatch(sha256):
                yield sha256

    def all(self) -> Iterator[str]:
        """Yield the SHA-256 of everything there is."""
        names = (entry["Key"].rpartition("/")[2] for entry in self._entries())
        return (name for name in names if SHA256.fullmatch(name))

    def _entries(self) -> Iterator[dict[str, Any]]:
        with reached():
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name):
                yield from page.get("Contents", ())


@contextmanager
def reached(missing: str = "") -> Iterator[None]:
    """Tell what is not there from a storage that cannot be reached.

    Raises:
        FileNotFoundError: if there is nothing under the SHA-256 that was asked for.
        Unreachable: whatever else the storage says or does not say; never with its own words.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - optional

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if missing and code in ("NoSuchKey", "404"):
            raise FileNotFoundError(missing) from None
        raise Unreachable(code) from None
    except BotoCoreError as error:
        raise Unreachable(type(error).__name__) from None
