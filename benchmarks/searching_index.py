"""What the search index costs: building, size, memory, and processor time per query, beside SQLite FTS5 and tantivy.

python -m benchmarks.searching_index [--postgresql] [POSTS]...

The posts are generated (seeded): about 90 words each, of a vocabulary as skewed as a language, in 400 topics. The
same posts and queries go into our index and into an FTS5 table (porter, title and body, bm25), into tantivy too
where it is installed; with `--postgresql` ours is the one in a database, and the processor time of its server is
counted with that of the client. Then a thousand hostile queries are asked. 100,000 posts take ten minutes.
"""

import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from search_index.contract import Query, SearchIndex, Sort
from search_index.document import Document, Part, Role
from search_index.grammar import parse
from search_index.passages import Marker
from search_index.whoosh_index import WhooshIndex
from tests.search_index.test_hostile import a_thousand_texts

SEED = 20260131
VOCABULARY = 50_000
TOPICS = 400
OF_TOPIC = 60
ROUNDS = 200

#: A commit of one post, and the search after it.
COMMITS = 20

#: Rounds of the loop that tells how fast the machine is just now.
YARDSTICK = 3_000_000

_CONSONANTS, _VOWELS = ["b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "z"], ["a", "e", "i", "o", "u"]
_SYLLABLES = [consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS]
_SMALL = ["il", "la", "di", "che", "non", "un", "una", "con", "per", "the", "of", "to", "is", "and", "my", "it"]
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


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
            yield Document(
                f"question:{number}",
                "question",
                title,
                (Part(Role.BODY, body),),
                tags=(f"tag{int(self._chance.expovariate(0.05))}",),
                states=frozenset({"solved"} if number % 3 else {"waiting", "unanswered"}),
                authors=(str(number % 500),),
                language="it",
                score=int(self._chance.expovariate(0.5)),
                created_at=NOON - timedelta(minutes=30 * (count - number)),
            )

    def query(self, words: int) -> str:
        topic = self._chance.choice(self._topics)
        return " ".join(self._chance.sample(topic[:30], words))

    def question(self, words: int = 12) -> str:
        return self._text(self._chance.choice(self._topics), words)


Ask = Callable[[str], object]


@dataclass(frozen=True)
class Times:
    """Milliseconds for a kind of query: processor time, and by the clock on the wall."""

    p50: float
    p95: float
    p99: float
    wall: float


def timed(ask: Ask, texts: list[str], spent_elsewhere: Callable[[], float] = lambda: 0.0) -> Times:
    for text in texts[:10]:
        ask(text)
    spent, taken = [], []
    for text in texts:
        begun, elsewhere, started = time.perf_counter(), spent_elsewhere(), time.process_time()
        ask(text)
        spent.append((time.process_time() - started + spent_elsewhere() - elsewhere) * 1000)
        taken.append((time.perf_counter() - begun) * 1000)
    parts = statistics.quantiles(spent, n=100, method="inclusive")
    return Times(parts[49], parts[94], parts[98], statistics.quantiles(taken, n=100, method="inclusive")[94])


def yardstick() -> float:
    """Seconds of a loop that is the same everywhere: what it takes tells how busy the machine is."""
    started = time.process_time()
    number = 0
    for turn in range(YARDSTICK):
        number = (number * 31 + turn) & 0xFFFF
    return time.process_time() - started


def fill_fts5(connection: sqlite3.Connection, posts: Iterator[Document]) -> None:
    connection.execute("CREATE VIRTUAL TABLE post USING fts5(title, body, content='', tokenize='porter')")
    rows = ((number, post.title, post.parts[0].text) for number, post in enumerate(posts, 1))
    connection.executemany("INSERT INTO post(rowid, title, body) VALUES (?, ?, ?)", rows)
    connection.execute("INSERT INTO post(post) VALUES ('optimize')")
    connection.commit()


def ask_fts5(connection: sqlite3.Connection, text: str) -> list[tuple[int]]:
    words = " OR ".join(f'"{word}"' for word in dict.fromkeys(text.split()))
    statement = "SELECT rowid FROM post WHERE post MATCH ? ORDER BY bm25(post, 4, 1) LIMIT 10"
    return connection.execute(statement, (words,)).fetchall()


def fill_tantivy(folder: Path, posts: Iterator[Document]) -> Ask | None:
    """An index of tantivy's and how to ask it; None where it is not installed."""
    try:
        import tantivy
    except ImportError:
        return None
    folder.mkdir()
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("key", stored=True, tokenizer_name="raw")
    schema.add_text_field("title", tokenizer_name="en_stem")
    schema.add_text_field("body", tokenizer_name="en_stem")
    index = tantivy.Index(schema.build(), str(folder))
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    for post in posts:
        writer.add_document(tantivy.Document(key=post.key, title=post.title, body=post.parts[0].text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(text: str) -> object:
        query = index.parse_query(text, ["title", "body"], field_boosts={"title": 4.0})
        return [searcher.doc(address)["key"] for _, address in searcher.search(query, 10).hits]

    return ask


def size_of(path: Path) -> float:
    return sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()) / 1e6


MEMORY = """
import sys
from search_index.whoosh_index import WhooshIndex
from search_index.contract import Query
def told():
    rows = dict(line.split(":", 1) for line in open("/proc/self/smaps_rollup") if ":" in line)
    return [int(rows[name].split()[0]) / 1024 for name in ("Pss", "Private_Dirty")]
before = told()
index = WhooshIndex(sys.argv[1])
for text in sys.stdin:
    index.search(Query(text.strip()))
after = told()
print(*(f"{now - then:.0f}" for now, then in zip(after, before)))
"""


def memory(folder: Path, texts: list[str]) -> str:
    """Megabytes a process gains that opens the index and searches: with its share of mapped files, and its own."""
    told = subprocess.run(
        [sys.executable, "-c", MEMORY, str(folder)], input="\n".join(texts), capture_output=True, text=True, check=True
    )
    mapped, own = told.stdout.split()
    return f"{mapped} MB with the mapped file, {own} MB of its own"


@contextmanager
def ours(folder: Path, on_postgresql: bool) -> Iterator[tuple[SearchIndex, Callable[[], float]]]:
    """The index, and how to learn what processor time its server has spent."""
    if not on_postgresql:
        yield WhooshIndex(folder / "index"), lambda: 0.0
        return
    from sqlalchemy import create_engine, text

    from search_index.postgres import PostgresIndex
    from tests.databases import postgresql_server

    with postgresql_server() as url:
        engine = create_engine(url, pool_size=1, max_overflow=0)
        with engine.connect() as connection:
            backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()

        def spent() -> float:
            return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9

        yield PostgresIndex(engine), spent
        engine.dispose()


def measure(count: int, on_postgresql: bool) -> None:
    language = Language()
    with tempfile.TemporaryDirectory() as name, ours(Path(name), on_postgresql) as (index, elsewhere):
        folder = Path(name)

        def posts() -> Iterator[Document]:
            return Language().posts(count)

        spoken = time.process_time()
        for _ in posts():
            pass
        spoken = time.process_time() - spoken
        first = yardstick()
        started, begun = time.process_time() + spoken, elsewhere()
        with index.open_rebuild() as batch:
            for post in posts():
                batch.put(post)
            batch.commit(upto=1)
        building = time.process_time() - started + elsewhere() - begun
        loop = (first + yardstick()) / 2
        print(f"\n{count:,} posts: {count / building:.0f} documents per CPU second;", end=" ")
        print(f"1,000 documents cost as much as {1000 * building / count / loop:.2f} loops of {loop * 1000:.0f} ms;")
        kept = folder / "index"
        if not on_postgresql:
            texts = [language.query(1 + number % 4) for number in range(60)]
            print(f"{size_of(kept):.1f} MB; a process that searches gains {memory(kept, texts)};")
        plain = sqlite3.connect(folder / "fts5.db")
        started = time.process_time() + spoken
        fill_fts5(plain, posts())
        print(f"FTS5 {count / (time.process_time() - started):.0f} documents per CPU second,", end=" ")
        print(f"{size_of(folder / 'fts5.db'):.1f} MB", end="")
        started = time.process_time() + spoken
        ask_tantivy = fill_tantivy(folder / "tantivy", posts())
        if ask_tantivy is not None:
            print(f"; tantivy {count / (time.process_time() - started):.0f} per CPU second,", end=" ")
            print(f"{size_of(folder / 'tantivy'):.1f} MB", end="")
        print(flush=True)
        compare(index, elsewhere, language, lambda text: ask_fts5(plain, text), ask_tantivy)
        alone(index, elsewhere, language, sample(count))
        hostile(index)
        plain.close()
        index.close()


def sample(count: int) -> dict[str, str]:
    """The texts of the posts, as a database would have them."""
    return {post.key: f"{post.title}. {post.parts[0].text}" for post in Language().posts(count)}


def compare(
    index: SearchIndex, elsewhere: Callable[[], float], language: Language, fts5: Ask, tantivy: Ask | None
) -> None:
    """The questions that the others can be asked too."""
    print(f"{'CPU ms':22}{'p50':>8}{'p95':>8}{'p99':>8}{'wall 95':>9}", end="")
    print("   FTS5 p50    p95  ratio p95   tantivy p50   p95  ratio p95")
    cases: list[tuple[str, list[str], Ask]] = [
        (f"{words} words", [language.query(words) for _ in range(ROUNDS)], lambda text: index.search(Query(text)))
        for words in (1, 2, 4)
    ]
    pasted = [language.question() for _ in range(ROUNDS)]
    cases.append(("a question, 12 words", pasted, lambda text: index.search(Query(text))))
    typing = [text[: -1 - len(text) % 3] for text in (language.question(9) for _ in range(ROUNDS))]
    cases.append(("similar while typing", typing, index.similar))
    long = [language.question(30) for _ in range(ROUNDS)]
    cases.append(("a question, 30 words", long, lambda text: index.search(Query(text))))
    for name, texts, ask in cases:
        mine, other = timed(ask, texts, elsewhere), timed(fts5, texts)
        print(f"{name:22}{mine.p50:8.1f}{mine.p95:8.1f}{mine.p99:8.1f}{mine.wall:9.1f}", end="")
        print(f"{other.p50:11.2f}{other.p95:7.1f}{mine.p95 / other.p95:11.2f}", end="")
        if tantivy is not None:
            third = timed(tantivy, texts)
            print(f"{third.p50:14.2f}{third.p95:6.1f}{mine.p95 / third.p95:11.1f}", end="")
        print(flush=True)


def alone(index: SearchIndex, elsewhere: Callable[[], float], language: Language, texts: dict[str, str]) -> None:
    """What only ours does."""
    last_month = NOON - timedelta(days=30)

    def page(text: str) -> object:
        """A page of results with filters, the texts of its hits and their passages."""
        hits = index.search(replace(parse(f"{text} is:solved score:>0"), limit=30))
        marker = Marker(text, hits.corrected)
        return [(marker.mark(texts[key][:80]), marker.best(texts[key])) for key in hits.keys]

    two = [language.query(2) for _ in range(ROUNDS)]
    wrong = [f"{text[0]}{text[2]}{text[1]}{text[3:]}" for text in two]
    cases: list[tuple[str, Ask, list[str]]] = [
        ("a page, with filters", page, two),
        ("2 words, newest first", lambda text: index.search(Query(text, sort=Sort.NEWEST)), two),
        ("2 words, last month", lambda text: index.search(Query(text, after=last_month)), two),
        ("2 words, one misspelt", lambda text: index.search(Query(text)), wrong),
        ("completion", lambda text: index.complete(text[:3]), two),
        ("kind:question alone", lambda _: index.search(parse("kind:question")), two[:40]),
        ("is:solved score:>3", lambda _: index.search(parse("is:solved score:>3")), two[:40]),
        ("is:solved, by votes", lambda _: index.search(parse("is:solved sort:score")), two[:40]),
        ("-- last month alone", lambda _: index.search(Query(after=last_month)), two[:40]),
    ]
    for name, ask, asked in cases:
        mine = timed(ask, asked, elsewhere)
        print(f"{name:22}{mine.p50:8.1f}{mine.p95:8.1f}{mine.p99:8.1f}{mine.wall:9.1f}", flush=True)
    commits, after, filtered = [], [], []
    for number, post in enumerate(Language(SEED + 1).posts(COMMITS)):
        post = replace(post, key=f"question:{10**9 + number}")
        for spent, act in (
            (commits, lambda post=post: put(index, post)),
            (after, lambda number=number: index.search(Query(two[number]))),
            (filtered, lambda: index.search(parse("kind:question"))),
        ):
            begun, started = elsewhere(), time.process_time()
            act()
            spent.append((time.process_time() - started + elsewhere() - begun) * 1000)
    for name, spent in (
        ("commit of one post", commits),
        ("first search after it", after),
        ("then kind:question", filtered),
    ):
        parts = statistics.quantiles(spent, n=100, method="inclusive")
        print(f"{name:22}{parts[49]:8.1f}{parts[94]:8.1f}{parts[98]:8.1f}", flush=True)


def put(index: SearchIndex, post: Document) -> None:
    with index.open_batch() as batch:
        batch.put(post)
        batch.commit(upto=2)


def hostile(index: SearchIndex) -> None:
    """A thousand queries nobody means well with: what failed, and what took longest."""
    texts = a_thousand_texts()
    failed, slowest, wall, worst = 0, 0.0, 0.0, ""
    for text in texts:
        for ask in (lambda text=text: index.search(parse(text)), lambda text=text: index.similar(text)):
            begun, started = time.perf_counter(), time.process_time()
            try:
                failed += not ask().is_reliable
            except Exception:
                failed += 1
            spent = (time.process_time() - started) * 1000
            wall = max(wall, (time.perf_counter() - begun) * 1000)
            if spent > slowest:
                slowest, worst = spent, text
    print(
        f"{len(texts):,} hostile texts, searched and typed: {failed} failed; the slowest took {slowest:.0f} ms", end=" "
    )
    print(f"of processor time ({worst[:30]!r}, {len(worst)} characters), {wall:.0f} ms on the wall", flush=True)


def main(arguments: list[str]) -> None:
    on_postgresql = "--postgresql" in arguments
    for count in [int(each) for each in arguments if each.isdigit()] or [10_000]:
        measure(count, on_postgresql)


if __name__ == "__main__":
    main(sys.argv[1:])
