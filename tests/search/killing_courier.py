"""Kill the courier while it writes the index, go on with another, and compare; used by a test and a benchmark."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from forum.base.parts import Parts
from forum.courier import make_courier, mend_index
from forum.questions.models import Question
from forum.questions.queries import is_public
from forum.search.documents import question_key
from search_index.contract import Query
from tests.search.hiding import make_parts, question_ids, settings_of, turn, word_of

ROOT = Path(__file__).parents[2]

#: Changes laid before the courier that is killed.
CHANGES = 12

COURIER = """
import sys
from pathlib import Path
from forum.app import create_parts
from forum.base.db import Store, make_engine
from forum.courier import make_courier
from tests.search.hiding import settings_of
settings = settings_of(Path(sys.argv[1]), sys.argv[2])
courier = make_courier(create_parts(settings, Store(make_engine(settings.database_url))))
print("ready", flush=True)
sys.stdin.readline()
while True:
    courier.run_once()
"""


@dataclass
class Round:
    """What was found after a kill."""

    was_sound: bool
    behind: int
    seconds: float
    differences: int


def play(folder: Path, database_url: str, rounds: int) -> list[Round]:
    """So many rounds on one installation; a new one on an empty database."""
    settings = settings_of(folder, database_url)
    parts = make_parts(settings)
    chance = random.Random(9)
    numbers = question_ids(parts)
    hidden: set[int] = set()
    try:
        return [_round(parts, folder, database_url, chance, numbers, hidden) for _ in range(rounds)]
    finally:
        parts.store.bind.engine.dispose()


def _round(
    parts: Parts, folder: Path, database_url: str, chance: random.Random, numbers: list[int], hidden: set[int]
) -> Round:
    courier = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", COURIER, str(folder), database_url],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert courier.stdin is not None and courier.stdout is not None
    with courier:
        assert courier.stdout.readline() == "ready\n"
        print(file=courier.stdin, flush=True)
        for place in chance.sample(range(len(numbers)), CHANGES):
            turn(parts, numbers[place], hide=place not in hidden)
            hidden ^= {place}
        time.sleep(chance.random() * 0.15)
        courier.send_signal(signal.SIGKILL)
    was_sound = parts.index.needs_rebuild() is None
    begun = time.monotonic()
    behind = differences(parts)
    mend_index(parts)
    mine = make_courier(parts)
    mine.free_what_the_dead_hold()
    mine.run_until_idle()
    wrong = differences(parts)
    for place in range(len(numbers)):
        found = question_key(numbers[place]) in parts.index.search(Query(word_of(place))).keys
        wrong += found is (place in hidden)
    return Round(was_sound, behind, time.monotonic() - begun, wrong)


def differences(parts: Parts) -> int:
    """Documents that only the index or only the database has."""
    with parts.store.reading() as session:
        public = {question_key(number) for number in session.scalars(select(Question.id).where(is_public(Question)))}
    return len(parts.index.keys() ^ public)
