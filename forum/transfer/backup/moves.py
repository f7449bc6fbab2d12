"""Put what was prepared into its place, all of it or, after a power cut in the middle, all of it at the next try."""

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import text

from config import Settings
from forum.base.db import make_engine
from forum.transfer.backup.making import sync_folder

#: In the data folder: what is prepared, and what is still to be moved.
PREPARED = "restoring"
JOURNAL = "restoring.json"


@dataclass(frozen=True)
class Move:
    """`new` takes the place of `place`, whose old tenant goes to `aside`; without `new` the place stays empty."""

    new: str | None
    place: str
    aside: str


@dataclass(frozen=True)
class Plan:
    """All moves of one restore. They count once the database, if it is not a file, says that it was restored."""

    mark: str
    #: Whether a PostgreSQL database must carry the mark before anything is moved.
    asks_database: bool
    moves: list[Move] = field(default_factory=list)
    #: What is of no use any more when the moves are done.
    throw_away: list[str] = field(default_factory=list)


def write_plan(data: Path, plan: Plan) -> None:
    """From here on the moves will be done, now or at the next start."""
    unfinished = data / f"{JOURNAL}.new"
    with unfinished.open("w", encoding="utf-8") as file:
        json.dump(asdict(plan), file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(data / JOURNAL)
    sync_folder(data)


def carry_out(data: Path, plan: Plan) -> None:
    """Do what is not done yet of a plan; each move can be begun again."""
    for move in plan.moves:
        new, place, aside = Path(move.new) if move.new else None, Path(move.place), Path(move.aside)
        if aside.exists() or (new is not None and not new.exists()):
            # The old tenant has gone already, or all of this move is done.
            pass
        elif place.exists():
            aside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place.rename(aside)
        if new is not None and new.exists():
            new.rename(place)
        sync_folder(place.parent)
    for folder in plan.throw_away:
        shutil.rmtree(folder, ignore_errors=True)
    (data / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(data / PREPARED, ignore_errors=True)
    sync_folder(data)


def finish_interrupted(settings: Settings) -> bool:
    """Finish a restore that was interrupted while moving, forget one that was before; say whether one was finished."""
    data = settings.data
    if not (data / JOURNAL).exists():
        shutil.rmtree(data / PREPARED, ignore_errors=True)
        return False
    told = json.loads((data / JOURNAL).read_text(encoding="utf-8"))
    moves = [Move(**move) for move in told.pop("moves")]
    plan = Plan(**told, moves=moves)
    if plan.asks_database and mark_of(settings) != plan.mark:
        (data / JOURNAL).unlink()
        shutil.rmtree(data / PREPARED, ignore_errors=True)
        return False
    carry_out(data, plan)
    return True


def mark_of(settings: Settings) -> str | None:
    """Which restore a PostgreSQL database comes from."""
    engine = make_engine(settings.database_url, pool_size=1, shared=False)
    try:
        with engine.connect() as connection:
            found = connection.scalar(text("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')"))
            return None if found is None else str(found)
    finally:
        engine.dispose()
