"""What the search box understands, and that the rest is a search for its words."""

from datetime import UTC, datetime

import pytest

from search_index.contract import LONGEST_QUERY, Query, Sort
from search_index.grammar import MOST_FILTERS, parse


def test_everything_together() -> None:
    query = parse(
        'router "luce rossa" is:solved tag:fibra product:"Fibra Casa" user:@anna score:>3 after:2026-01-31 sort:newest'
    )
    assert query == Query(
        text="router luce rossa",
        phrases=("luce rossa",),
        tags=frozenset({"fibra"}),
        products=frozenset({"Fibra Casa"}),
        authors=frozenset({"anna"}),
        states=frozenset({"solved"}),
        min_score=4,
        after=datetime(2026, 1, 31, tzinfo=UTC),
        sort=Sort.NEWEST,
    )


@pytest.mark.parametrize(
    "text, low, high",
    [
        ("score:>3", 4, None),
        ("score:>=3", 3, None),
        ("score:3", 3, None),
        ("score:=3", 3, 3),
        ("score:<3", None, 2),
        ("score:<=-1", None, -1),
        ("voti:>2", 3, None),
    ],
)
def test_scores(text: str, low: int | None, high: int | None) -> None:
    query = parse(text)
    assert (query.min_score, query.max_score, query.text) == (low, high, "")


def test_italian_names_of_filters() -> None:
    query = parse("etichetta:fibra utente:anna prodotto:luce dopo:2026-01-01 prima:2026-02-01 tipo:article")
    assert query.tags == {"fibra"} and query.authors == {"anna"} and query.products == {"luce"}
    assert query.after == datetime(2026, 1, 1, tzinfo=UTC) and query.before == datetime(2026, 2, 1, tzinfo=UTC)
    assert query.kinds == {"article"} and query.text == ""


@pytest.mark.parametrize(
    "text, words",
    [
        ("after:soon", "after soon"),
        ("before:2026-02-30", "before 2026-02-30"),
        ("after:0000-00-00", "after 0000-00-00"),
        ("score:>many", "score >many"),
        ("is:red", "is red"),
        ("sort:upwards", "sort upwards"),
        ("colour:red", "colour red"),
        ("tag:", "tag:"),
        ('"open quote', "open quote"),
        ('""', ""),
        ("10:30", "10:30"),
        ("http://example.com/a?b=c", "http //example.com/a?b=c"),
        ("AND OR NOT ( ) * ?", "AND OR NOT ( ) * ?"),
    ],
)
def test_a_bad_query_is_a_search_for_its_words(text: str, words: str) -> None:
    assert parse(text) == Query(text=words)


def test_typographic_quotes_are_quotes() -> None:
    assert parse("“luce rossa”").phrases == ("luce rossa",)
    assert parse("«luce rossa»").phrases == ("luce rossa",)


def test_one_word_in_quotes_is_a_word() -> None:
    assert parse('"router"') == Query(text="router")


def test_a_query_is_cut_and_cleaned() -> None:
    assert len(parse("x" * 100_000).text) == LONGEST_QUERY
    assert parse("a\0b \ud800").text == "a b ?"
    assert len(parse(" ".join(f"tag:t{n}" for n in range(30))).tags) == MOST_FILTERS


def test_the_caller_may_know_other_states() -> None:
    assert parse("is:open", states=frozenset({"open"})).states == {"open"}
    assert parse("is:solved", states=frozenset({"open"})).text == "is solved"
