"""Lists, searches and similar questions at 40,000 posts: how long each takes, and what it costs the web process.

python -m benchmarks.searching [POSTS] [LOOKS]

The texts are those of `se-onstartups-2013` under SPORTELLO_SHARED (or `../shared`), else made of random words. It asks
the application of one process directly, for the line to it costs the same for every page.
"""

import os
import random
import re
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from config import Settings
from forum.accounts.models import User
from forum.app import create_app, create_parts
from forum.base.clock import utc_now
from forum.base.db import Model, Store, make_engine
from forum.base.parts import Parts
from forum.questions.models import Answer, Question
from forum.search.upkeep import rebuild
from tests.web.test_budgets import VOCABULARY

POSTS, LOOKS = 40_000, 200

#: As in the corpus: three answers to a question.
ANSWERS = 3

#: Rows that are inserted at a time.
CHUNK = 5_000

Thread = tuple[str, str, list[str]]


def threads() -> Iterator[Thread]:
    """Title, text and answers of one question after the other."""
    shared = Path(os.environ.get("SPORTELLO_SHARED", Path(__file__).parents[2] / "shared"))
    for folder in (shared / "data", shared):
        archive = folder / "se-onstartups-2013" / "questions.tar.xz"
        if archive.is_file():
            print(f"the texts are those of {archive.parent.name}")
            return from_archive(archive)
    print("the texts are made of random words")
    return made()


def from_archive(archive: Path) -> Iterator[Thread]:
    """The corpus: a Markdown file for each question, its answers under headings."""
    with tarfile.open(archive) as files:
        for member in files:
            file = files.extractfile(member) if member.name.endswith(".md") else None
            if file is not None:
                text, *answers = re.split(r"^## Answer \d+.*$", file.read().decode("utf-8", "replace"), flags=re.M)
                title, _, text = text.strip().partition("\n")
                yield title.lstrip("# ")[:200], text[:30_000], [answer[:30_000] for answer in answers]


def made() -> Iterator[Thread]:
    """Questions of sixty and answers of a hundred words, the same in every run; common words are commoner."""
    chance = random.Random(1)
    weights = [1 / (rank + 1) for rank in range(len(VOCABULARY))]

    def words(count: int) -> str:
        return " ".join(chance.choices(VOCABULARY, weights, k=count))

    while True:
        yield words(9).capitalize(), words(60), [words(100) for _ in range(ANSWERS)]


def fill(store: Store, posts: int) -> list[str]:
    """Write so many questions and answers; returns the titles."""
    moment, titles, count = utc_now() - timedelta(days=900), [], 0
    rows: dict[Any, list[dict[str, Any]]] = {Question: [], Answer: []}
    with store.bind.engine.execution_options(writes=True).begin() as connection:
        Model.metadata.create_all(connection)
        people = [{"id": number, "name": f"Person {number}", "created_at": moment} for number in range(1, 201)]
        connection.execute(insert(User), people)

        def write() -> None:
            for model, made_rows in rows.items():
                if made_rows:
                    connection.execute(insert(model), made_rows)
                    made_rows.clear()

        for title, text, answers in threads():
            if count >= posts:
                break
            question_id, moment = len(titles) + 1, moment + timedelta(minutes=30)
            written = {"html_version": 1, "created_at": moment, "language": "en"}
            rows[Question].append(
                {
                    **written,
                    "id": question_id,
                    "asker_id": question_id % 200 + 1,
                    "title": title,
                    "text": text,
                    "html": f"<p>{len(text)}</p>",
                    "excerpt": text[:200],
                    "active_at": moment,
                    "answer_count": len(answers),
                    "state": "answered" if answers else "waiting",
                }
            )
            rows[Answer].extend(
                {
                    **written,
                    "question_id": question_id,
                    "author_id": (question_id + number) % 200 + 1,
                    "text": answer,
                    "html": f"<p>{len(answer)}</p>",
                }
                for number, answer in enumerate(answers)
            )
            titles.append(title)
            count += 1 + len(answers)
            if len(rows[Answer]) > CHUNK:
                write()
        write()
    print(f"{count:,} posts, {len(titles):,} of them questions", flush=True)
    return titles


def queries_from(titles: list[str], looks: int) -> tuple[list[str], list[str]]:
    """Searches of two words, and titles as they stand after each third word typed; both out of real titles."""
    chance = random.Random(2)
    searches, typed = [], []
    for title in chance.choices(titles, k=looks):
        words = re.findall(r"\w{4,}", title) or ["help"]
        searches.append(" ".join(chance.sample(words, min(2, len(words)))))
        all_words = title.split()
        typed.append(" ".join(all_words[: max(3, 3 * chance.randint(1, 1 + len(all_words) // 3))]))
    return searches, typed


def measure(name: str, ask: Callable[[str], None], paths: list[tuple[str, dict[str, str]]]) -> None:
    """One line of the table."""
    import urllib.parse

    addresses = [f"{path}?{urllib.parse.urlencode(query)}" for path, query in paths]
    for address in addresses[:5]:
        ask(address)
    taken, costs = [], []
    for address in addresses:
        begun, spent = time.perf_counter(), time.process_time()
        ask(address)
        taken.append((time.perf_counter() - begun) * 1000)
        costs.append((time.process_time() - spent) * 1000)
    taken.sort()
    costs.sort()
    figures = [at(values, part) for values in (taken, costs) for part in (0.5, 0.95, 0.99)]
    print(f"{name:<26}" + "".join(f"{figure:>9.1f}" for figure in figures), flush=True)


def at(values: list[float], part: float) -> float:
    return values[min(len(values) - 1, int(len(values) * part))]


def main(posts: int, looks: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = replace(
            Settings(), data=folder, database_url=f"sqlite:///{folder / 'forum.sqlite'}", secret_key="b" * 40
        )
        parts: Parts = create_parts(settings, Store(make_engine(settings.database_url)))
        titles = fill(parts.store, posts)
        begun = time.process_time()
        rebuild(parts.store, parts.index)
        print(f"indexed in {time.process_time() - begun:.0f} s of processor time", flush=True)
        browser = create_app(settings, parts).test_client()

        def ask(address: str, **headers: str) -> None:
            answer = browser.get(address, headers={"Accept-Encoding": "zstd", **headers})
            assert answer.status_code == 200, address

        def ask_json(address: str) -> None:
            ask(address, Accept="application/json")

        searches, typed = queries_from(titles, looks)
        tabs = ("new", "waiting", "active", "solved")
        print(f"{looks} of each{'':<14}{'ms p50':>9}{'p95':>9}{'p99':>9}{'CPU p50':>9}{'p95':>9}{'p99':>9}")
        measure("list", ask, [("/questions", {"tab": tabs[number % 4]}) for number in range(looks)])
        measure("search, two words", ask, [("/search", {"q": words}) for words in searches])
        measure("similar while typing", ask_json, [("/similar", {"title": title}) for title in typed])


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(*(given + [POSTS, LOOKS][len(given) :]))
