"""Measure how well an index finds: the usual figures over a labelled set in the BEIR folder layout."""

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from statistics import fmean

from search_index.contract import DEEPEST_OFFSET, MOST_HITS, Query, SearchIndex
from search_index.document import Document, Part, Role

#: Samples drawn to see how far a difference could be luck, and the share of them that the interval leaves out.
RESAMPLES = 10_000
LEFT_OUT = 0.05


@dataclass(frozen=True)
class LabelledSet:
    """Documents, queries, and for each query how much each judged document answers it."""

    name: str
    documents: tuple[Document, ...]
    queries: dict[str, str]
    judged: dict[str, dict[str, int]]

    @property
    def has_judged_wrong(self) -> bool:
        """Whether queries come with candidates judged to be no answer: those are then what is to be ranked."""
        return any(gain == 0 for judged in self.judged.values() for gain in judged.values())


@dataclass(frozen=True)
class Outcome:
    """How one query went: reciprocal rank, rank of the first right hit (0: none), average precision, nDCG."""

    query: str
    reciprocal: float
    first: int
    precision: float
    ndcg: float
    found: int


@dataclass(frozen=True)
class Quality:
    """Means over all queries, each between 0 and 1; `without` is the share that found nothing at all."""

    mrr: float
    hit_1: float
    hit_3: float
    hit_10: float
    map: float
    ndcg_10: float
    without: float
    queries: int


@dataclass(frozen=True)
class Difference:
    """How much better a figure became, and the interval that 95 % of resampled sets of queries give."""

    mean: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether no difference lies outside the interval."""
        return self.low > 0 or self.high < 0


#: What one query adds to each figure.
FIGURES: dict[str, Callable[[Outcome], float]] = {
    "MRR": lambda outcome: outcome.reciprocal,
    "hit@1": lambda outcome: float(outcome.first == 1),
    "hit@3": lambda outcome: float(0 < outcome.first <= 3),
    "hit@10": lambda outcome: float(0 < outcome.first <= 10),
    "MAP": lambda outcome: outcome.precision,
    "nDCG@10": lambda outcome: outcome.ndcg,
    "none found": lambda outcome: float(not outcome.found),
}


def load(folder: Path) -> LabelledSet:
    """Read a set; raises ValueError with a sentence where a file is missing or not as it should be."""
    try:
        return _load(folder)
    except (FileNotFoundError, NotADirectoryError) as missing:
        raise ValueError(
            f"{missing.filename} is missing: a set has corpus.jsonl, queries.jsonl, qrels/test.tsv."
        ) from missing
    except (KeyError, TypeError, ValueError) as wrong:
        raise ValueError(f"{folder} is not laid out as BEIR has it: {wrong!r}.") from wrong


def _load(folder: Path) -> LabelledSet:
    documents = []
    for row in _rows(folder / "corpus.jsonl"):
        # A text under a title is what answers it; a text alone is the question itself.
        role = Role.ANSWER if row["title"] else Role.BODY
        documents.append(Document(row["_id"], "question", row["title"], (Part(role, row["text"]),)))
    judged: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, score = line.split("\t")
        judged.setdefault(query, {})[document] = int(score)
    queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
    return LabelledSet(folder.name, tuple(documents), queries, judged)


def _rows(path: Path) -> list[dict[str, str]]:
    # Only the line feed ends a row: JSON lets other signs that end a line (U+2028, U+0085) stand in a text as they are.
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def fill(index: SearchIndex, documents: Iterable[Document]) -> None:
    with index.open_rebuild() as batch:
        for document in documents:
            batch.put(document)
        batch.commit(upto=1)


def evaluate(index: SearchIndex, labelled: LabelledSet, *, only_judged: bool = False) -> list[Outcome]:
    """Ask every query that has a right answer. `only_judged` ranks nothing but the documents judged for it,
    those not found last, by name."""
    outcomes = []
    for name, text in labelled.queries.items():
        judged = labelled.judged.get(name, {})
        right = {document: gain for document, gain in judged.items() if gain > 0}
        if not right:
            continue
        ranked = _ranked(index, text, deep=only_judged)
        found = len(ranked)
        if only_judged:
            ranked = [key for key in ranked if key in judged]
            ranked += sorted(key for key in judged if key not in ranked)
        outcomes.append(_outcome(name, ranked, right, found))
    return outcomes


def _ranked(index: SearchIndex, text: str, *, deep: bool) -> list[str]:
    hits = index.search(Query(text, limit=MOST_HITS))
    ranked = hits.keys
    while deep and hits.has_more and len(ranked) <= DEEPEST_OFFSET:
        hits = index.search(Query(text, limit=MOST_HITS, offset=len(ranked)))
        ranked += hits.keys
    return ranked


def _outcome(query: str, ranked: list[str], right: dict[str, int], found: int) -> Outcome:
    ranks = [rank for rank, key in enumerate(ranked, 1) if key in right]
    gained = sum(right.get(key, 0) / log2(rank + 1) for rank, key in enumerate(ranked[:10], 1))
    best = sum(gain / log2(rank + 1) for rank, gain in enumerate(sorted(right.values(), reverse=True)[:10], 1))
    return Outcome(
        query=query,
        reciprocal=1 / ranks[0] if ranks else 0.0,
        first=ranks[0] if ranks else 0,
        precision=sum(seen / rank for seen, rank in enumerate(ranks, 1)) / len(right),
        ndcg=gained / best,
        found=found,
    )


def sum_up(outcomes: Sequence[Outcome]) -> Quality:
    mrr, hit_1, hit_3, hit_10, average, ndcg, without = (fmean(map(each, outcomes)) for each in FIGURES.values())
    return Quality(mrr, hit_1, hit_3, hit_10, average, ndcg, without, len(outcomes))


def compare(before: Sequence[Outcome], now: Sequence[Outcome], figure: Callable[[Outcome], float]) -> Difference:
    """Weigh one run against an earlier one over the same queries, by a paired bootstrap.

    Queries are drawn anew with replacement, the differences of each draw averaged, and the outermost of
    those means left out (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). The
    draws are the same every time. Raises ValueError where the queries are not the same.
    """
    earlier = {outcome.query: figure(outcome) for outcome in before}
    if not now or earlier.keys() != {outcome.query for outcome in now}:
        raise ValueError("The two runs did not ask the same queries.")
    gains = [figure(outcome) - earlier[outcome.query] for outcome in now]
    chance = random.Random(len(gains))  # noqa: S311 (no secret hangs on it)
    means = sorted(fmean(chance.choices(gains, k=len(gains))) for _ in range(RESAMPLES))
    edge = int(RESAMPLES * LEFT_OUT / 2)
    return Difference(fmean(gains), means[edge], means[-edge - 1])
