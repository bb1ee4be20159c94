"""Buckets that speak S3: Amazon's own, MinIO, Ceph, Cloudflare R2 and others."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from typing_extensions import override

from onefold.foundation.kernel import Forbidden, InvalidInput, OnefoldError, Transient
from onefold.foundation.secrets import resolve
from onefold.sources.locations.location import Location, StorageOptions, StoredFile

if TYPE_CHECKING:
    from obstore.store import S3Store

_CHUNK_BYTES: Final = 8 * 1024 * 1024
_CONNECT_TIMEOUT: Final = dt.timedelta(seconds=5)
_READ_TIMEOUT: Final = dt.timedelta(hours=1)  # of one request, with its body: files are large
_RETRY_TIMEOUT: Final = dt.timedelta(seconds=15)
_WILDCARD: Final = re.compile(r"[*?]")
_COLORS: Final = re.compile(r"\x1b\[[0-9;]*m")


class S3(Location):
    """`s3://bucket/folder/*.csv`; `*` and `?` stay within a folder, `**` crosses folders.

    Credentials come from the source's `storage`, else from `AWS_ACCESS_KEY_ID` and its like, else from the
    machine's own role.
    """

    kind: ClassVar[str] = "s3"

    @override
    def find(
        self, pattern: str, options: StorageOptions, environment: Mapping[str, str] | None
    ) -> list[StoredFile]:
        bucket, key = _split(pattern)
        store = _store(bucket, options, environment)
        try:
            found = _listed(store, key) if _WILDCARD.search(key) else _one(store, key, pattern)
        except Exception as error:  # the client raises its own and OSError alike
            raise _translated(error, bucket, options) from error
        return sorted((_stored(bucket, meta) for meta in found), key=lambda file: file.url)

    @override
    def copy(
        self, file: StoredFile, target: Path, options: StorageOptions, environment: Mapping[str, str] | None
    ) -> None:
        bucket, key = _split(file.url)
        store = _store(bucket, options, environment)
        try:
            answer = store.get(key, options={"if_match": file.stamp} if file.stamp.startswith('"') else None)
            with target.open("wb") as sink:
                for chunk in answer.stream(min_chunk_size=_CHUNK_BYTES):
                    sink.write(chunk)
        except Exception as error:  # the client raises its own and OSError alike
            raise _translated(error, bucket, options, file.url) from error


def _split(url: str) -> tuple[str, str]:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not bucket or not key or _WILDCARD.search(bucket):
        message = f"{url!r} does not name files in a bucket."
        hint = "It looks like s3://bucket/folder/*.csv; the bucket's name takes no wildcard."
        raise InvalidInput(message, code="sources.path_invalid", hint=hint)
    return bucket, key


def _store(bucket: str, options: StorageOptions, environment: Mapping[str, str] | None) -> S3Store:
    try:
        from obstore.store import S3Store
    except ImportError as error:
        message = "Reading s3:// needs the package obstore, which is not installed."
        hint = 'Install it: pip install "onefold[s3]"'
        raise InvalidInput(message, code="sources.driver_missing", hint=hint) from error
    given = {
        "endpoint": options.endpoint,
        "region": options.region,
        "access_key_id": _secret(options.access_key, environment),
        "secret_access_key": _secret(options.secret_key, environment),
        "session_token": _secret(options.session_token, environment),
    }
    return S3Store(
        bucket,
        config={name: value for name, value in given.items() if value is not None},  # type: ignore[arg-type]  # a typed dict of the same keys
        client_options={
            "allow_http": (options.endpoint or "").startswith("http://"),
            "connect_timeout": _CONNECT_TIMEOUT,
            "timeout": _READ_TIMEOUT,
        },
        retry_config={"max_retries": 2, "retry_timeout": _RETRY_TIMEOUT},
    )


def _secret(reference: str | None, environment: Mapping[str, str] | None) -> str | None:
    return None if reference is None else resolve(reference, environment)


def _listed(store: S3Store, key: str) -> list[Mapping[str, object]]:
    """Return the objects whose keys match the glob; only the folder before the first wildcard is listed."""
    match = _WILDCARD.search(key)
    folder = key[: match.start() if match else None].rpartition("/")[0]
    wanted = re.compile(_regex(key))
    return [
        meta
        for page in store.list(prefix=folder or None)
        for meta in page
        if wanted.fullmatch(str(meta["path"]))
    ]


def _one(store: S3Store, key: str, pattern: str) -> list[Mapping[str, object]]:
    try:
        return [store.head(key)]
    except FileNotFoundError:
        # A missing bucket raises here; a folder has objects below it.
        if any(page for page in store.list(prefix=key.rstrip("/"), chunk_size=1)):
            message = f"{pattern} is a folder."
            hint = f"Name the files in it: {pattern.rstrip('/')}/*.csv"
            raise InvalidInput(message, code="sources.path_is_folder", hint=hint) from None
        return []


def _regex(glob: str) -> str:
    """Return the regular expression of a glob: `**/` is any number of folders, also none."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    marks = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(marks.get(part, re.escape(part)) for part in parts)


def _stored(bucket: str, meta: Mapping[str, object]) -> StoredFile:
    stamp = meta.get("e_tag") or str(meta["last_modified"])
    return StoredFile(f"s3://{bucket}/{meta['path']}", int(str(meta["size"])), str(stamp))


def _translated(error: Exception, bucket: str, options: StorageOptions, url: str = "") -> OnefoldError:
    if isinstance(error, OnefoldError):
        return error
    text = _COLORS.sub("", str(error))
    where = options.endpoint or "the provider's own service"
    context: dict[str, str | int | float | bool | None] = {"bucket": bucket, "endpoint": options.endpoint}
    if "NoSuchBucket" in text:
        message = f"There is no bucket {bucket!r} at {where}."
        hint = "Check the bucket's name, the endpoint and the region."
        return InvalidInput(message, code="sources.bucket_unknown", hint=hint, context=context)
    # Without any key the client asks the machine's own role, and that question failed.
    if "/latest/api/token" in text or "/latest/meta-data" in text or "Missing" in text:
        message = f"There are no credentials for the bucket {bucket!r}."
        hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or `storage` of the source to references."
        return InvalidInput(message, code="sources.credentials_missing", hint=hint, context=context)
    if isinstance(error, PermissionError) or any(
        word in text
        for word in ("AccessDenied", "Forbidden", "Unauthenticated", "Unauthorized", "InvalidAccessKeyId",
                     "SignatureDoesNotMatch", "PermissionDenied")
    ):  # fmt: skip
        message = f"The bucket {bucket!r} at {where} refuses these credentials."
        hint = "Check the keys in the environment, and that they may list the bucket and get its objects."
        return Forbidden(message, code="sources.access_denied", hint=hint, context=context)
    if isinstance(error, FileNotFoundError):
        message = f"{url or bucket} is gone."
        hint = "It was deleted after it was found. Run again."
        return Transient(message, code="sources.file_missing", hint=hint, context=context)
    if "Precondition" in text:
        message = f"{url} changed while it was read."
        return Transient(message, code="sources.file_changed", hint="Run again.", context=context)
    if isinstance(error, OSError) and error.errno is not None and not text.startswith("Generic"):
        message = f"The copy of {url or bucket} could not be written here: {error.strerror}."
        return Transient(
            message, code="sources.cache_failed", hint="Free disk space, and run again.", context=context
        )
    message = f"{where} cannot be reached."
    hint = "Check the endpoint, that the service runs, and that this machine may connect to it."
    return Transient(message, code="sources.unreachable", hint=hint, context=context)
