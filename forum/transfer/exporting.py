"""Everything in open formats: a folder with lines of JSON, what they mean, and the files people uploaded."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

from config import Settings
from forum import __version__
from forum.base.db import make_engine
from forum.transfer.backup.archive import FOLDERS
from forum.transfer.backup.making import Progress, count_rows, sync_folder
from forum.transfer.backup.tables import JSON_TEXT, TableShape, read_rows, table_shapes
from forum.transfer.people.policy import POLICIES

README = """# What was in {site} on {day}

Written by Sportello {version}. `schema.json` says of every file in `data/` what its rows are, which columns they
have and what the columns point to. A file holds one row a line, as a JSON object in UTF-8, in the order of its key.

- `whole`: a whole number. `text`: text. `moment`: a moment in UTC, `2026-03-02T12:00:00.000000Z`. `day`: a date.
  `yes_no`: true or false. `real`: a number. `json`: any JSON. `bytes`: Base64.
- A text of a person is Markdown in `text`; `html` is what was made of it.
- Several names in one column (`roles`, `rights`) are separated by blanks.
- `media/` holds the files that people uploaded, under the paths the rows name.

Nothing here lets anybody in: hashes of passwords and tokens, and signed-in browsers, are left out, and so is what
is of the moment. Left out: {left_out}.

It does hold e-mail addresses, phones and what was said in tickets. Keep it accordingly.
"""


class CannotExport(Exception):
    """Nothing was written, and the operator can be told why."""


def export_everything(settings: Settings, folder: Path, now: datetime, progress: Progress) -> dict[str, int]:
    """Write the folder under another name, then give it its name; returns table -> rows."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotExport(f"{folder} exists and is not an empty folder.")
    if not folder.parent.is_dir():
        raise CannotExport(f"{folder.parent} is not a folder.")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(mode=0o700)
        (unfinished / "data").mkdir()
        written = _write_tables(settings, unfinished, progress)
        _copy_files(settings, unfinished)
        left_out = "; ".join(f"`{name}` ({policy.left_out})" for name, policy in POLICIES.items() if policy.left_out)
        readme = README.format(site=settings.site_name, day=f"{now:%Y-%m-%d}", version=__version__, left_out=left_out)
        (unfinished / "README.md").write_text(readme, encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
        sync_folder(folder.parent)
    except OSError as wrong:
        raise CannotExport(f"{wrong.filename or folder}: {wrong.strerror or wrong}. Nothing was exported.") from wrong
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return written


def _write_tables(settings: Settings, folder: Path, progress: Progress) -> dict[str, int]:
    """All tables as they are at one moment, a chunk of rows in memory at a time."""
    described: dict[str, Any] = {}
    engine = make_engine(settings.database_url, pool_size=1)
    options = {} if settings.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    try:
        with engine.execution_options(writes=False, **options).connect() as connection, connection.begin():
            shapes = [shape for shape in table_shapes(connection) if _is_exported(shape.name)]
            step = progress("Rows", sum(count_rows(connection, shape) for shape in shapes))
            for shape in shapes:
                shown = without_secrets(shape)
                path = folder / "data" / f"{shape.name}.jsonl"
                rows = _write_lines(path, as_objects(shown, read_rows(connection, shown)))
                step(rows)
                described[shape.name] = _described(connection, shown, rows)
    finally:
        engine.dispose()
    schema = {"product": f"Sportello {__version__}", "tables": described}
    (folder / "schema.json").write_text(json.dumps(schema, indent=1, ensure_ascii=False), encoding="utf-8")
    return {name: table["rows"] for name, table in described.items()}


def _is_exported(table: str) -> bool:
    """What nobody has decided about stays at home; a test sees to it that everything is decided."""
    return table in POLICIES and not POLICIES[table].left_out


def without_secrets(shape: TableShape) -> TableShape:
    """The same table without the columns that let somebody in."""
    hidden = POLICIES[shape.name].secrets
    return replace(shape, columns=tuple(column for column in shape.columns if column[0] not in hidden))


def as_objects(shape: TableShape, lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """Rows with the names of their columns, JSON in them as JSON."""
    nested = [number for number, (_name, kind) in enumerate(shape.columns) if kind == JSON_TEXT]
    for line in lines:
        values = json.loads(line)
        for number in nested:
            if values[number] is not None:
                values[number] = json.loads(values[number])
        yield dict(zip(shape.names, values, strict=True))


def _write_lines(path: Path, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    return count


def _described(connection: Connection, shape: TableShape, rows: int) -> dict[str, Any]:
    points_to = {
        key["constrained_columns"][0]: f"{key['referred_table']}.{key['referred_columns'][0]}"
        for key in inspect(connection).get_foreign_keys(shape.name)
    }
    columns = {
        name: {"kind": kind, **({"points_to": points_to[name]} if name in points_to else {})}
        for name, kind in shape.columns
    }
    return {"about": POLICIES[shape.name].about, "file": f"data/{shape.name}.jsonl", "rows": rows, "columns": columns}


def _copy_files(settings: Settings, folder: Path) -> None:
    for name in FOLDERS:
        if (settings.data / name).is_dir():
            shutil.copytree(settings.data / name, folder / name, ignore=shutil.ignore_patterns(".*", "*.new", "raw"))
