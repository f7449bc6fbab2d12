"""What searching costs, beside plain SQLite FTS5: `python -m benchmarks.searching_index [POSTS]`

Posts are generated (seeded): about 90 words each, of a vocabulary as skewed as a language, in 400 topics. The
same posts and queries go into the embedded index and into an FTS5 table (porter, title and body, bm25); times
are processor time of this process. 10,000 posts take two minutes; 100,000 about ten times as long, 300,000
want an hour and 3 GB of memory.
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

from search_index.contract import Query
from search_index.document import Document, Part, Role
from search_index.whoosh_index import WhooshIndex

SEED = 20260131
VOCABULARY = 50_000
TOPICS = 400
OF_TOPIC = 60
ROUNDS = 120

_SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "ca",
    "co",
    "cu",
    "da",
    "de",
    "di",
    "fa",
    "fe",
    "fi",
    "ga",
    "go",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "ni",
    "no",
    "pa",
    "pe",
    "pi",
    "po",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "va",
    "ve",
    "vi",
    "za",
]
_SMALL = ["il", "la", "di", "che", "non", "un", "una", "con", "per", "the", "of", "to", "is", "and", "my", "it"]


class Language:
    """Words, from the commonest to the rarest, and the posts and queries made of them."""

    def __init__(self, seed: int = SEED) -> None:
        self._chance = random.Random(seed)
        found: dict[str, None] = {}
        while len(found) < VOCABULARY:
            found["".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(2, 5)))] = None
        self._words = list(found)
        self._shares = list(accumulate(1 / (rank + 8) for rank in range(VOCABULARY)))
        self._topics = [self._chance.sample(self._words[200:20_000], OF_TOPIC) for _ in range(TOPICS)]

    def _word(self, topic: list[str]) -> str:
        draw = self._chance.random()
        if draw < 0.35:
            return self._chance.choice(_SMALL)
        if draw < 0.6:
            return topic[min(int(self._chance.expovariate(0.08)), OF_TOPIC - 1)]
        return self._words[bisect(self._shares, self._chance.random() * self._shares[-1])]

    def _text(self, topic: list[str], words: int) -> str:
        return " ".join(self._word(topic) for _ in range(words))

    def posts(self, count: int) -> Iterator[Document]:
        for number in range(count):
            topic = self._chance.choice(self._topics)
            title = self._text(topic, self._chance.randint(6, 13))
            body = self._text(topic, self._chance.randint(50, 110))
            yield Document(f"question:{number}", "question", title, (Part(Role.BODY, body),), language="it")

    def query(self, words: int) -> str:
        topic = self._chance.choice(self._topics)
        return " ".join(self._chance.sample(topic[:30], words))

    def question(self, words: int = 12) -> str:
        return self._text(self._chance.choice(self._topics), words)


def timed(ask: Callable[[str], object], texts: list[str]) -> tuple[float, float, float]:
    """Milliseconds of processor time: median, 95th and 99th of a hundred."""
    for text in texts[:10]:
        ask(text)
    spent = []
    for text in texts:
        started = time.process_time()
        ask(text)
        spent.append((time.process_time() - started) * 1000)
    parts = statistics.quantiles(spent, n=100, method="inclusive")
    return parts[49], parts[94], parts[98]


def fill_fts5(connection: sqlite3.Connection, posts: list[Document]) -> None:
    connection.execute("CREATE VIRTUAL TABLE post USING fts5(title, body, content='', tokenize='porter')")
    rows = [(number, post.title, post.parts[0].text) for number, post in enumerate(posts, 1)]
    connection.executemany("INSERT INTO post(rowid, title, body) VALUES (?, ?, ?)", rows)
    connection.execute("INSERT INTO post(post) VALUES ('optimize')")
    connection.commit()


def ask_fts5(connection: sqlite3.Connection, text: str) -> list[tuple[int]]:
    words = " OR ".join(f'"{word}"' for word in dict.fromkeys(text.split()))
    statement = "SELECT rowid FROM post WHERE post MATCH ? ORDER BY bm25(post, 4, 1) LIMIT 10"
    return connection.execute(statement, (words,)).fetchall()


def main(count: int) -> None:
    language = Language()
    posts = list(language.posts(count))
    with tempfile.TemporaryDirectory() as folder:
        index = WhooshIndex(Path(folder) / "index")
        started = time.process_time()
        with index.open_rebuild() as batch:
            for post in posts:
                batch.put(post)
            batch.commit(upto=1)
        ours = time.process_time() - started
        plain = sqlite3.connect(Path(folder) / "fts5.db")
        started = time.process_time()
        fill_fts5(plain, posts)
        theirs = time.process_time() - started
        size = sum(path.stat().st_size for path in (Path(folder) / "index").rglob("*") if path.is_file())
        plain_size = (Path(folder) / "fts5.db").stat().st_size
        print(f"{count} posts: {count / ours:.0f} documents per CPU second (FTS5 {count / theirs:.0f}),", end=" ")
        print(f"{size / 1e6:.1f} MB (FTS5 {plain_size / 1e6:.1f})")
        print(f"{'CPU ms':24}{'p50':>7}{'p95':>7}{'p99':>7}   FTS5:{'p50':>7}{'p95':>7}   ratio p50   p95")
        typing = [text[: -1 - len(text) % 3] for text in (language.question(9) for _ in range(ROUNDS))]
        cases: list[tuple[str, list[str], Callable[[str], object]]] = [
            (f"{words} words", [language.query(words) for _ in range(ROUNDS)], lambda text: index.search(Query(text)))
            for words in (1, 2, 4)
        ]
        pasted = [language.question() for _ in range(ROUNDS)]
        cases.append(("pasted, 12 words", pasted, lambda text: index.search(Query(text))))
        cases.append(("similar while typing", typing, index.similar))
        for name, texts, ask in cases:
            mine, other = timed(ask, texts), timed(lambda text: ask_fts5(plain, text), texts)
            print(
                f"{name:24}{mine[0]:7.1f}{mine[1]:7.1f}{mine[2]:7.1f}        {other[0]:7.2f}{other[1]:7.2f}"
                f"{mine[0] / other[0]:10.1f}{mine[1] / other[1]:7.1f}"
            )
        plain.close()
        index.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
