"""Queries and documents nobody means well with: always an answer, never an exception, never long."""

import random
import time
import unicodedata

import pytest

from search_index.contract import Query, SearchIndex
from search_index.grammar import parse
from search_index.passages import Marker
from tests.search_index.conftest import change, fill, make_document

#: A watchdog, not a measure: benchmarks measure.
LONGEST_SECONDS = 2.0


def hostile_texts() -> list[str]:
    random_source = random.Random(20260131)
    texts = [
        "", " ", "\0", "\0" * 500, "\ud800", "\udfff fibra", "a\udc80b", '"', '""', '"""', "'" * 200, "*",
        "a*", "*a*", "?", "[TO]", "[a TO z]", "NOT *", "AND", "a AND", "OR OR OR", "(", ")" * 300,
        "( " * 3000, "a OR " * 256, "a* OR " * 200, "\\", "\\\\" * 100, "~2", "a~", "a^10", "^", "+", "-",
        "--", "- -", ":", "::::", "tag:", "tag::", "tag:\0", "is:", "score:>99999999999999999999",
        "score:-0", "after:9999-12-31", "before:0001-01-01", "after:2026-13-45", "tag:" * 50, "x" * 100_000,
        "é" * 100_000, "a" * 39 + " " + "b" * 41, "\u0301" * 5000, "1" * 100_000, "-" * 10_000,
        "a-" * 5_000, "a'" * 5_000, "l'" * 5_000, "\u202e router", "\ufeffrouter", "%", "_", "%%%",
        "'; DROP TABLE search; --", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "%00",
        "%s%s%s%n", ":a :b", ":terms", "@posting", "@state", "\x01mark", "\x02a b", "kind:question",
        "\r\n\t\v\f", "\u2028\u2029", "🙂" * 200, "👨‍👩‍👧‍👦", "ß" * 200, "İ" * 200, "ﷺ" * 200, "㍿" * 200,
    ]  # fmt: skip
    texts += [block for start in range(0, 0x30000, 0x100) if (block := _letters_of(start))]
    signs = "\"'()[]{}*?~^+-:!&|\\/<>=@#%_.,; \0\ud800é東a1ßtag:is:OR"
    texts += ["".join(random_source.choices(signs, k=random_source.randint(1, 220))) for _ in range(250)]
    return texts


def a_thousand_texts() -> list[str]:
    """All of them, and as many more put together from pieces of them, for a benchmark."""
    random_source = random.Random(4)
    known = hostile_texts()
    while len(known) < 1_000:
        pieces = random_source.choices(known, k=random_source.randint(2, 5))
        known.append(random_source.choice(("", " ", '"', ":", "* ")).join(piece[:60] for piece in pieces))
    return known


def _letters_of(start: int) -> str:
    """Give some characters of a Unicode block, surrogates included."""
    taken = [chr(point) for point in range(start, start + 0x100, 3)]
    return "".join(character for character in taken if unicodedata.category(character) != "Cn")


TEXTS = hostile_texts()


def test_there_are_enough_of_them() -> None:
    assert len(TEXTS) >= 500


@pytest.fixture
def shelf(index: SearchIndex) -> SearchIndex:
    return fill(
        index,
        *(
            make_document(f"question:{n}", f"router fibra {n}", "luce rossa sul modem", tags=("fibra",))
            for n in range(40)
        ),
    )


def test_hostile_queries_always_get_an_answer(shelf: SearchIndex) -> None:
    slowest = 0.0
    for place, text in enumerate(TEXTS):
        started = time.process_time()
        query = parse(text)
        assert shelf.search(query).is_reliable, text[:80]
        if place % 5 == 0:
            raw = Query(text[:5000], phrases=(text[:300],), tags=frozenset({text[:99]}))
            assert shelf.search(raw).is_reliable, text[:80]
            assert shelf.similar(text).is_reliable, text[:80]
            shelf.suggest(text[:500])
            shelf.complete(text[:500])
            Marker(query.text).best("Il router e la luce rossa")
        slowest = max(slowest, time.process_time() - started)
    assert slowest < LONGEST_SECONDS
    assert shelf.needs_rebuild() is None
    assert shelf.search(parse("router")).total == 40


def test_hostile_documents_are_kept_and_found(shelf: SearchIndex) -> None:
    documents = [
        make_document(
            f"question:{1000 + n}",
            text[:300],
            f"{text} segnale",
            comments=(text,),
            tags=(text[:300],),
            authors=(text[:300],),
            product=text[:300],
            states=frozenset({text[:99]}),
            score=10**12 * (-1) ** n,
            language=text[:2],
            quality=9.0,
        )
        for n, text in enumerate(TEXTS[::5])
    ]
    change(shelf, *documents)
    assert shelf.count() == 40 + len(documents)
    assert shelf.search(Query("segnale", limit=100)).total > len(documents) * 0.8
    change(shelf, drop=tuple(document.key for document in documents))
    assert shelf.count() == 40
    assert shelf.search(parse("segnale")).total == 0
    assert shelf.needs_rebuild() is None


@pytest.mark.parametrize("limit, offset", [(0, 0), (-5, -5), (10**9, 0), (10, 10**9)])
def test_absurd_pages(shelf: SearchIndex, limit: int, offset: int) -> None:
    hits = shelf.search(Query("router", limit=limit, offset=offset))
    assert hits.is_reliable
    assert len(hits) <= 100
