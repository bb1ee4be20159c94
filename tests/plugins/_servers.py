"""PostgreSQL, MariaDB and a pretend S3 as throwaway servers: loopback, a free port, gone after.

Each `with` block starts a server and yields how to reach it. The databases never run as root. A server that
cannot start raises `ServerMissingError` (its program is not installed) or `RuntimeError` with its log's end.
"""

import os
import pwd
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pymysql

from tests.plugins import _guard

START_SECONDS = 60.0
ATTEMPTS = 3
DATABASE = "onefold"


class ServerMissingError(Exception):
    """The server's program is not on this machine; the message says which package brings it."""


@contextmanager
def postgres() -> Iterator[str]:
    """Yield the URL of an empty database of a fresh PostgreSQL whose user may create more."""
    programs = _postgres_programs()
    password = secrets.token_urlsafe(16)

    def command(folder: Path, port: int) -> list[str]:
        (folder / "password").write_text(password)
        initdb = [
            programs / "initdb",
            "-D",
            folder / "data",
            "-U",
            DATABASE,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        initdb += [
            "--auth=scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "--no-sync",
            "--no-instructions",
        ]
        options = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "max_connections": 100,
        }
        server = [programs / "postgres", "-D", folder / "data", *_flags("-c{}={}", options)]
        return _one_after_the_other(initdb, server)

    def create_database(port: int) -> str:
        url = f"postgresql://{DATABASE}:{password}@127.0.0.1:{port}/"
        with psycopg.connect(f"{url}postgres", autocommit=True, connect_timeout=5) as connection:
            connection.execute(f"create database {DATABASE}")
        return url + DATABASE

    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for clients to leave.
    with _server("PostgreSQL", command, create_database, account="postgres", stop="SIGINT") as url:
        yield url


@contextmanager
def mariadb() -> Iterator[str]:
    """Yield the URL of an empty database of a fresh MariaDB whose user may create more."""
    server_program = _program("mariadbd", "mariadb-server-core")
    install = _program("mariadb-install-db", "mariadb-server-core")
    _program("my_print_defaults", "mariadb-client-core")  # the installer asks for it
    password = secrets.token_urlsafe(16)

    def command(folder: Path, port: int) -> list[str]:
        user = f"'{DATABASE}'@'127.0.0.1'"
        (folder / "init.sql").write_text(
            f"create user if not exists {user} identified by '{password}';\n"
            f"grant all on *.* to {user} with grant option;\n"
            f"create database if not exists {DATABASE} character set utf8mb4;\n"
        )
        install_db = [
            install,
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            "--skip-test-db",
            "--skip-name-resolve",
        ]
        options = {
            "datadir": folder / "data",
            "tmpdir": folder,
            "socket": folder / "socket",
            "pid-file": folder / "pid",
            "init-file": folder / "init.sql",
            "bind-address": "127.0.0.1",
            "port": port,
            "character-set-server": "utf8mb4",
            "innodb-flush-log-at-trx-commit": 0,
            "innodb-buffer-pool-size": "64M",
        }
        server = [server_program, "--no-defaults", "--skip-name-resolve", *_flags("--{}={}", options)]
        return _one_after_the_other(install_db, server)

    def connect(port: int) -> str:
        pymysql.connect(
            host="127.0.0.1",
            port=port,
            user=DATABASE,
            password=password,
            database=DATABASE,
            connect_timeout=5,
        ).close()
        return f"mysql+pymysql://{DATABASE}:{password}@127.0.0.1:{port}/{DATABASE}"

    with _server("MariaDB", command, connect, account="mysql", stop="SIGTERM") as url:
        yield url


@contextmanager
def moto() -> Iterator[str]:
    """Yield the endpoint URL of a moto server: S3 in memory, any key and secret."""

    def command(folder: Path, port: int) -> list[str]:
        return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]

    def ask(port: int) -> str:
        url = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{url}/moto-api/data.json", timeout=5):
            return url

    with _server("moto", command, ask, account=None, stop="SIGTERM") as url:
        yield url


@contextmanager
def _server(
    name: str,
    command: Callable[[Path, int], list[str]],
    ready: Callable[[int], str],
    *,
    account: str | None,
    stop: str,
) -> Iterator[str]:
    """Start a server under a guard and yield what `ready(port)` returned once it answered."""
    for attempt in range(ATTEMPTS):
        # In the system's folder when we change user: a private TMPDIR is closed to the other account.
        switch = account is not None and os.geteuid() == 0
        folder = Path(tempfile.mkdtemp(prefix="onefold-test-", dir="/tmp" if switch else None))  # noqa: S108
        port = _free_port()
        arguments = command(folder, port)
        uid, gid = _hand_over(folder, account) if switch and account else (-1, -1)
        guard = subprocess.Popen(
            [sys.executable, _guard.__file__, str(folder), stop, str(uid), str(gid), *arguments],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            answer = _wait_until(ready, port, folder)
            if answer is not None:
                yield answer
                return
            log = (folder / _guard.LOG).read_text(errors="replace")[-2000:]
        finally:
            assert guard.stdin is not None
            guard.stdin.close()
            guard.wait(_guard.GRACE_SECONDS * 2)
        # Another program may have taken the port between our look and the start, so once more.
        if attempt == ATTEMPTS - 1:
            raise RuntimeError(f"{name} did not start. The end of its log:\n{log}")


def _wait_until(ready: Callable[[int], str], port: int, folder: Path) -> str | None:
    """Return the server's answer, or None when it ended or the time is over."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not (folder / _guard.ENDED).exists():
        try:
            return ready(port)
        except (OSError, psycopg.OperationalError, pymysql.err.OperationalError):
            time.sleep(0.05)
    return None


def _hand_over(folder: Path, account: str) -> tuple[int, int]:
    """Give the folder to an unprivileged account (PostgreSQL refuses to run as root) and return its ids."""
    try:
        entry = pwd.getpwnam(account)
    except KeyError:
        entry = pwd.getpwnam("nobody")
    for path in (folder, *folder.iterdir()):
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return entry.pw_uid, entry.pw_gid


def _postgres_programs() -> Path:
    """Return the folder of the newest PostgreSQL's programs; Debian keeps them off the PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: float(path.parts[-3])
    )
    if debian:
        return debian[-1].parent
    return Path(_program("postgres", "postgresql")).resolve().parent


def _program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise ServerMissingError(
            f"no {name} on this machine (Debian's package: {package}; `make test` installs it)"
        )
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _flags(form: str, options: dict[str, object]) -> list[str]:
    return [form.format(name, value) for name, value in options.items()]


def _one_after_the_other(first: Sequence[object], then: Sequence[object]) -> list[str]:
    """Return a command that prepares and then becomes the server, so that both are under the guard."""
    quoted = [shlex.join(map(str, part)) for part in (first, then)]
    return ["/bin/sh", "-c", f"{quoted[0]} && exec {quoted[1]}"]
