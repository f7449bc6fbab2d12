"""Installations of a test's own, on either database, with something of everything in them."""

import hashlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config import Settings
from forum.base.db import Store, make_engine
from forum.cli.database import make_ready
from forum.transfer.backup.tables import read_rows, table_shapes
from tests.builders import make_answer, make_contact, make_question, make_user
from tests.stories.server import own_database

#: Makes an installation by its name.
Make = Callable[..., Settings]


def quiet(_label: str, _total: int) -> Callable[[int], None]:
    return lambda _count: None


#: Databases with all tables and no rows, made once in a run: copying one takes a tenth of the migrations.
_templates: dict[str, str] = {}


def installation(request: pytest.FixtureRequest, kind: str, folder: Path, *, ready: bool = True) -> Settings:
    """Settings with a data folder and a database of their own."""
    folder.mkdir(mode=0o700)
    if kind == "postgresql":
        server = request.getfixturevalue("postgresql_url")
        url = _copied(server) if ready else own_database(server, "keeping")
    else:
        url = f"sqlite:///{folder / 'sportello.sqlite'}"
    settings = replace(Settings(), data=folder, database_url=url)
    if ready and kind == "sqlite":
        if kind not in _templates:
            template = Path(tempfile.mkdtemp(prefix="sportello-template-")) / "sportello.sqlite"
            make_ready(replace(settings, database_url=f"sqlite:///{template}"))
            _templates[kind] = str(template)
        shutil.copyfile(_templates[kind], folder / "sportello.sqlite")
    return settings


def _copied(server: str) -> str:
    """A new PostgreSQL database that begins as the template."""
    import psycopg

    if "postgresql" not in _templates:
        _templates["postgresql"] = own_database(server, "template")
        make_ready(replace(Settings(), database_url=_templates["postgresql"]))
    template = re.sub(r".*://[^/]*/([^?]*).*", r"\1", _templates["postgresql"])
    name = f"keeping_{secrets.token_hex(4)}"
    address = server.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    return re.sub(r"(://[^/]*/)[^?]*", rf"\g<1>{name}", server, count=1)


def fill(settings: Settings) -> None:
    """A small community with odd characters in it, a picture and a secret."""
    (settings.data / "secret").write_text("s" * 64)
    (settings.data / "media" / "ab").mkdir(parents=True)
    (settings.data / "media" / "ab" / "picture.webp").write_bytes(bytes(range(256)) * 40)
    (settings.data / "media" / ".being-written").write_bytes(b"half")
    engine = make_engine(settings.database_url, pool_size=1)

    def work(session: Any) -> None:
        anna, bruno = make_user(session, "anna"), make_user(session, "bruno")
        question = make_question(session, anna, text='Tab\there, \\N there, "quotes", 🛜 and\nlines.', tags=("fibra",))
        make_answer(session, bruno, question)
        make_contact(session, "Anna \\. Verdi", emails=("anna@example.it",))

    Store(engine).write(work)
    engine.dispose()


def digests(settings: Settings) -> dict[str, str]:
    """Every table as one checksum, the same on either database."""
    engine = make_engine(settings.database_url, pool_size=1)
    with engine.connect() as connection:
        found = {
            shape.name: hashlib.sha256(b"".join(read_rows(connection, shape))).hexdigest()
            for shape in table_shapes(connection)
        }
    engine.dispose()
    return found


def ask(settings: Settings, question: str) -> Any:
    """One value out of the database."""
    engine = make_engine(settings.database_url, pool_size=1)
    with engine.connect() as connection:
        found = connection.scalar(text(question))
    engine.dispose()
    return found


def tell(settings: Settings, *statements: str) -> None:
    """Change the database by hand."""
    engine = make_engine(settings.database_url, pool_size=1)
    with engine.execution_options(writes=True).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
