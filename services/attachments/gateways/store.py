"""The object store: any S3 server, by the MinIO SDK with time-outs of our own.

The SDK's own are five minutes, five times over; its addresses are good for seven days. Here nothing waits long, nothing
is tried twice (whoever asks comes again), and every address says how long it is good. Bytes are read and sent in
pieces, by addresses that we sign ourselves, so that no content is ever held in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.datatypes import Object
from minio.error import MinioException, S3Error
from urllib3.exceptions import HTTPError

from services.attachments.options import Options
from services.attachments.rules.files import CHUNK
from services.attachments.rules.names import disposition
from shared import telemetry
from shared.config import ConfigError
from shared.errors import Retryable


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, in seconds, a connection may take, and how long the store may be silent."""

    connect: float
    read: float

    def and_more(self, seconds: float) -> urllib3.Timeout:
        """As the SDK's client takes it, with so much more time to answer."""
        return urllib3.Timeout(connect=self.connect, read=self.read + seconds)


OUR_OWN: Final = timedelta(seconds=60)
HURRIED: Final = Patience(connect=0.8, read=1.8)
"""While a person waits: they hear that the store is down within 3 s."""
PATIENT: Final = Patience(connect=2.0, read=20.0)
SLOWEST_BYTES: Final = 16 * 1024 * 1024
"""What a store takes in a second at least: so much longer it may take to answer for a large object."""
CONNECTIONS: Final = 16
BLOCK: Final = 256 * 1024
"""What is read of a content at once to be sent; urllib3 alone would take 16 kB."""
_ABSENT: Final = ("NoSuchKey", "NoSuchObject", "NotFound")
log = telemetry.logger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is there."""

    key: str
    size: int
    etag: str
    changed_at: datetime | None = None


class Reading(Protocol):
    """An object that is being read: its entity tag, how many bytes come, and these in pieces."""

    etag: str
    size: int

    def __iter__(self) -> Iterator[bytes]: ...


class Source(Protocol):
    """Where the bytes of an object come from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


class ObjectStore(Protocol):
    """What the service needs of a store. Everything raises Retryable where the store cannot be reached or denies."""

    def ping(self) -> None:
        """See that the bucket is there; make it where it is not."""

    def upload_address(self, key: str, seconds: int) -> str:
        """An address of the public origin to which this object's bytes can be sent."""

    def download_address(self, key: str, seconds: int, *, name: str, content_type: str) -> str:
        """An address of the public origin at which this object is offered as a file called `name`."""

    def find(self, key: str) -> Stored | None:
        """An object, if it is there."""

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> Reading | None:
        """Read an object, or a span of it; None where it is not there. Close what you do not read to its end."""

    def put(self, key: str, content: Source, size: int) -> str:
        """Write an object, from the place where `content` is; its entity tag."""

    def remove(self, keys: Iterable[str]) -> None:
        """Remove objects; those that are not there are gone already."""

    def listed(self, prefix: str) -> Iterator[Stored]:
        """Every object below a prefix, in the order of their keys."""


class Stream:
    """An answer's body in pieces; closed at its end, or by `close`."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        self.etag = _bare(response.headers.get("ETag"))
        self.size = int(response.headers.get("Content-Length") or 0)
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._response.stream(CHUNK)
        except HTTPError as error:
            raise _unreachable() from error
        finally:
            self.close()

    def close(self) -> None:
        """Give the connection back, or end it where something was left unread."""
        self._response.close()


class S3Store:
    """A bucket on an S3 server. `patience` bounds each wait."""

    def __init__(self, options: Options, patience: Patience = PATIENT) -> None:
        self.bucket = options.s3_bucket
        self._patience = patience
        self._pool = urllib3.PoolManager(
            maxsize=CONNECTIONS, timeout=patience.and_more(0), retries=False, blocksize=BLOCK
        )
        self._client = _client(options, options.s3_url, self._pool)
        self._public = _client(options, options.public_url, self._pool)

    def ping(self) -> None:
        """See that the bucket is there; make it where it is not."""
        with _told():
            if not self._client.bucket_exists(self.bucket):
                self._client.make_bucket(self.bucket)

    def upload_address(self, key: str, seconds: int) -> str:
        """An address of the public origin to which this object's bytes can be sent."""
        return self._public.get_presigned_url("PUT", self.bucket, key, expires=timedelta(seconds=seconds))

    def download_address(self, key: str, seconds: int, *, name: str, content_type: str) -> str:
        """An address of the public origin at which this object is offered as a file called `name`."""
        shown: Any = {
            "response-content-disposition": disposition(name),
            "response-content-type": content_type,
            "response-cache-control": "private, no-store",
        }
        expires = timedelta(seconds=seconds)
        return self._public.get_presigned_url("GET", self.bucket, key, expires=expires, response_headers=shown)

    def find(self, key: str) -> Stored | None:
        """An object, if it is there."""
        with _told():
            try:
                return _stored(self._client.stat_object(self.bucket, key))
            except S3Error as error:
                if error.code in _ABSENT:
                    return None
                raise

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> Stream | None:
        """Read an object, or a span of it; None where it is not there."""
        end = "" if length is None else str(start + length - 1)
        headers = {"Range": f"bytes={start}-{end}"} if start or length is not None else {}
        response = self._ask("GET", key, headers=headers)
        if response.status == 404:
            response.drain_conn()
            return None
        if response.status not in (200, 206):
            raise _denied(response)
        return Stream(response)

    def put(self, key: str, content: Source, size: int) -> str:
        """Write an object, from the place where `content` is: one request whatever its size, sent in pieces."""
        headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
        response = self._ask("PUT", key, headers=headers, body=content, more_seconds=size / SLOWEST_BYTES)
        if response.status != 200:
            raise _denied(response)
        response.drain_conn()
        return _bare(response.headers.get("ETag"))

    def remove(self, keys: Iterable[str]) -> None:
        """Remove objects; those that are not there are gone already."""
        for key in keys:
            with _told():
                self._client.remove_object(self.bucket, key)

    def listed(self, prefix: str) -> Iterator[Stored]:
        """Every object below a prefix, in the order of their keys."""
        with _told():
            for found in self._client.list_objects(self.bucket, prefix=prefix, recursive=True):
                if not found.is_dir:
                    yield _stored(found)

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()

    def _ask(
        self, method: str, key: str, *, headers: Mapping[str, str], body: Any = None, more_seconds: float = 0.0
    ) -> urllib3.BaseHTTPResponse:
        address = self._client.get_presigned_url(method, self.bucket, key, expires=OUR_OWN)
        timeout = self._patience.and_more(more_seconds)
        with _told():
            return self._pool.request(
                method,
                address,
                headers=dict(headers),
                body=body,
                preload_content=False,
                redirect=False,
                timeout=timeout,
            )


def hurried(options: Options) -> S3Store:
    """The store for people who wait."""
    return S3Store(options, HURRIED)


def _client(options: Options, url: str, pool: urllib3.PoolManager) -> Minio:
    """`region` is given: without it the SDK asks the server first, also for an address that it merely signs.

    Raises ConfigError without a secret key: there is none that everybody may have.
    """
    if not options.s3_secret_key:
        raise ConfigError(["VEZ_ATTACHMENTS_S3_SECRET_KEY is not set: the store's secret key"])
    parts = urlsplit(url)
    return Minio(
        parts.netloc,
        access_key=options.s3_access_key,
        secret_key=options.s3_secret_key,
        secure=parts.scheme == "https",
        region=options.s3_region,
        http_client=pool,
    )


@contextmanager
def _told() -> Iterator[None]:
    """What the SDK and urllib3 raise, as what it means here."""
    try:
        yield
    except S3Error as error:
        log.warning("store_denied", code=error.code)
        raise _unreachable() from error
    except (MinioException, HTTPError, OSError) as error:
        raise _unreachable() from error


def _denied(response: urllib3.BaseHTTPResponse) -> Retryable:
    log.warning("store_denied", status=response.status)
    response.close()
    return _unreachable()


def _unreachable() -> Retryable:
    return Retryable("The object store cannot be reached now")


def _stored(found: Object) -> Stored:
    return Stored(str(found.object_name), found.size or 0, _bare(found.etag), found.last_modified)


def _bare(etag: str | None) -> str:
    return (etag or "").strip('"')
