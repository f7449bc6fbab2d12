"""Measure how well an index finds: the usual figures over a labelled set in the BEIR folder layout."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import log2
from pathlib import Path
from statistics import fmean

from search_index.contract import DEEPEST_OFFSET, MOST_HITS, Query, SearchIndex
from search_index.document import Document, Part, Role


@dataclass(frozen=True)
class LabelledSet:
    """Documents, queries, and for each query how much each judged document answers it."""

    name: str
    documents: tuple[Document, ...]
    queries: dict[str, str]
    judged: dict[str, dict[str, int]]


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
    mrr: float
    hit_1: float
    hit_3: float
    hit_10: float
    map: float
    ndcg_10: float
    without: float
    queries: int


def load(folder: Path) -> LabelledSet:
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
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


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


def sum_up(outcomes: list[Outcome]) -> Quality:
    def within(rank: int) -> float:
        return fmean(0 < outcome.first <= rank for outcome in outcomes)

    return Quality(
        mrr=fmean(outcome.reciprocal for outcome in outcomes),
        hit_1=within(1),
        hit_3=within(3),
        hit_10=within(10),
        map=fmean(outcome.precision for outcome in outcomes),
        ndcg_10=fmean(outcome.ndcg for outcome in outcomes),
        without=fmean(not outcome.found for outcome in outcomes),
        queries=len(outcomes),
    )
