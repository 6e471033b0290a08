"""The object store's bucket: where it is, whether it is there, and making it. Told by the attachments' options."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from minio import Minio
from minio.error import MinioException
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

SECONDS = 5.0
PROBE = "vez-doctor"
UNREACHABLE = (httpx.HTTPError, HTTPError, OSError, MinioException)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of an object store, and the key with which it is used."""

    url: str
    name: str
    region: str
    access_key: str
    secret_key: str

    def client(self) -> Minio:
        """A client that gives up after a few seconds."""
        parts = urlsplit(self.url)
        pool = PoolManager(timeout=Timeout(connect=SECONDS, read=SECONDS), retries=Retry(0, redirect=False))
        return Minio(
            parts.netloc,
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=parts.scheme == "https",
            region=self.region,
            http_client=pool,
        )

    def is_there(self) -> bool:
        """Whether the bucket is there and the key may use it. Raises one of UNREACHABLE.

        An object is asked for, not the bucket: the one origin hands on addresses below the bucket alone.
        """
        address = self.client().get_presigned_url("GET", self.name, PROBE, expires=timedelta(minutes=1))
        answer = httpx.get(address, timeout=SECONDS)
        if "NoSuchBucket" in answer.text:
            return False
        if answer.status_code == 200 or "NoSuchKey" in answer.text:
            return True
        raise OSError(f"it answers {answer.status_code}: {' '.join(answer.text.split())[:200]}")

    def ensure(self) -> bool:
        """Make it where it is not there; True when it was made now. Raises one of UNREACHABLE."""
        if self.is_there():
            return False
        self.client().make_bucket(self.name)
        return True


def of(options: Any) -> Bucket:
    """The bucket that the attachments service's options name."""
    return Bucket(
        url=options.s3_url,
        name=options.s3_bucket,
        region=options.s3_region,
        access_key=options.s3_access_key,
        secret_key=options.s3_secret_key,
    )
