"""Find and order documents by clues, the same way for every backend that can read its postings.

Clues are read from the heaviest to the lightest. As soon as what is left cannot lift a document not seen
yet among the best, only documents already seen are followed: the common words of a sentence, whose lists
are long, then cost little and change nothing. A budget bounds the rest.
"""

from collections.abc import Collection, Iterable, Sequence
from heapq import nlargest
from math import inf, log10
from typing import NamedTuple, Protocol

from search_index import analysis
from search_index.clues import LONGEST_SAMPLE, RAREST, Clue, Clues, Nearness, Words, gather
from search_index.contract import DEEPEST_OFFSET, MOST_HITS, Hit, Hits, Query, Sort
from search_index.document import Document
from search_index.weighing import STEPS, stand_together

#: What a document the company vouches for gains: enough to win a tie, too little to beat a better match.
QUALITY = 0.05

#: And what ten votes are worth; a hundred are worth twice that.
VOTES = 0.01

#: Sorted by date or votes, a document must be at least this good beside the best one to be shown at all.
RELEVANT = 0.4

#: Postings read in one search before only documents already seen are followed.
BUDGET = 60_000

#: And while somebody types, which is asked for with every few letters.
BUDGET_WHILE_TYPING = 20_000

#: Documents followed after that.
FOLLOWED = 2_000

#: Documents looked at for words that stand together: more are never shown beside each other.
LOOKED_AT = 500


class Figures(NamedTuple):
    """What is known of a document beside its words; `created` in seconds."""

    score: int
    created: int
    quality: float


class Bounds(NamedTuple):
    """What the figures of a document must keep to; infinite where nothing is asked."""

    least: float
    most: float
    after: float
    before: float

    def hold(self, score: int, created: int) -> bool:
        return self.least <= score <= self.most and self.after <= created < self.before


#: Bounds that keep nothing out.
EVERYTHING = Bounds(-inf, inf, -inf, inf)


def bounds_of(query: Query) -> Bounds:
    return Bounds(
        -inf if query.min_score is None else query.min_score,
        inf if query.max_score is None else query.max_score,
        -inf if query.after is None else query.after.timestamp(),
        inf if query.before is None else query.before.timestamp(),
    )


def sorting_key(figures: Figures, number: int, sort: Sort) -> tuple[int, int, int]:
    """Order documents by votes or else by date, the newer first among equals."""
    return (-figures.score if sort is Sort.SCORE else 0, -figures.created, number)


class Shelf(Protocol):
    """One unchanging state of an index, as the ranking reads it; documents are numbers."""

    @property
    def count(self) -> int: ...

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]: ...

    def words(self, beginning: str) -> Iterable[tuple[str, int]]:
        """Give words of titles and tags, as they are spelt, and how many documents have them."""

    def terms(self, beginning: str) -> Iterable[tuple[str, int]]:
        """Give terms, that is stems of any word in a text, and how many documents have them."""

    def postings(self, term: str, among: dict[int, float] | None) -> tuple[Sequence[int], Sequence[int]]:
        """Give documents and impacts (in steps); those outside `among` may be left out."""

    def having(self, facet: str) -> set[int]: ...

    def everything(self) -> set[int]: ...

    def figures(self, numbers: Sequence[int]) -> list[Figures]: ...

    def fitting(self, numbers: Collection[int] | None, bounds: Bounds) -> list[int]:
        """Give those of the documents, or of all, whose figures keep to the bounds."""

    def first(self, numbers: Collection[int] | None, sort: Sort, most: int) -> list[int]:
        """Give the first of the documents, or of all, by votes or by date: see `sorting_key`."""

    def listed(self, conditions: "Conditions", bounds: Bounds, sort: Sort, most: int) -> tuple[list[int], int, bool]:
        """Give the first of all documents that meet conditions and bounds, how many do, and whether that is exact."""

    def neighbours(self, numbers: Sequence[int]) -> list[bytes]:
        """Give what `weighing` kept of the words that stand together."""

    def names(self, numbers: Sequence[int]) -> list[str]: ...


def facet(name: str, value: str) -> str:
    return f"{name}:{analysis.fold(analysis.clean(value)).strip()[:80]}"


def facets_of(document: Document) -> set[str]:
    found = {facet("kind", document.kind)}
    found.update(facet("tag", tag) for tag in document.tags)
    found.update(facet("is", state) for state in document.states)
    found.update(facet("user", author) for author in document.authors)
    found.update(facet(name, value) for name, value in document.facets.items())
    if document.product is not None:
        found.add(facet("product", document.product))
    return found


def figures_of(document: Document) -> Figures:
    return Figures(document.score, int(document.created_at.timestamp()), document.quality)


def surfaces_of(document: Document) -> set[str]:
    """Give the words to suggest and complete: those of titles and tags, which people take care to spell."""
    return analysis.surfaces(" ".join([document.title, *document.tags]))


def commonest(words: Words, prefix: str, limit: int) -> list[str]:
    """Give the commonest words that begin so; fewer than two letters begin too many."""
    beginning = analysis.fold(analysis.clean(prefix[:40])).strip()
    if len(beginning) < 2 or not beginning.isalpha():
        return []
    return [word for word, _ in nlargest(limit, words(beginning), key=lambda each: (each[1], each[0]))]


def find(shelf: Shelf, query: Query) -> Hits:
    clues = gather(
        query.text[:LONGEST_SAMPLE],
        count=shelf.count,
        frequencies=shelf.frequencies,
        words=shelf.words,
        terms=shelf.terms,
        is_unfinished=query.is_unfinished,
    )
    if query.phrases:
        return _ordered(shelf, query, clues, _with_phrases(shelf, query, _allowed(shelf, query)))
    if clues.is_noise and (query.text.strip() or not query.has_filters):
        return Hits(is_noise=True)
    return _ordered(shelf, query, clues, _allowed(shelf, query) if clues.clues else None)


def resembling(shelf: Shelf, text: str, limit: int, filters: Query | None, exclude: str) -> Hits:
    clues = gather(
        analysis.clean(text[:LONGEST_SAMPLE]),
        count=shelf.count,
        frequencies=shelf.frequencies,
        words=shelf.words,
        terms=shelf.terms,
        is_unfinished=True,
    )
    if not clues.clues:
        return Hits(is_exact=False, is_noise=clues.is_noise, unknown=tuple(clues.unknown))
    words = [clue for clue in clues.clues if clue.is_word][:RAREST]
    terms = {term for clue in words for term, _ in clue.terms}
    clues.clues = [
        clue
        for clue in clues.clues
        if clue in words or (not clue.is_word and all(set(term[1:].split()) <= terms for term, _ in clue.terms))
    ]
    query = Query(limit=limit + 1 if exclude else limit)
    hits = _ordered(shelf, query, clues, _allowed(shelf, filters) if filters else None, BUDGET_WHILE_TYPING)
    kept = tuple(hit for hit in hits.hits if hit.key != exclude)[:limit]
    return Hits(kept, total=len(kept), is_exact=False, is_noise=clues.is_noise, unknown=tuple(clues.unknown))


class Conditions(NamedTuple):
    """What facets documents must have: one of each group, and none of `without`."""

    groups: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]


def conditions_of(query: Query) -> Conditions:
    groups = [tuple(facet("kind", kind) for kind in sorted(query.kinds))] if query.kinds else []
    groups += [
        *((facet("tag", tag),) for tag in sorted(query.tags)),
        *((facet("product", product),) for product in sorted(query.products)),
        *((facet("user", author),) for author in sorted(query.authors)),
        *((facet("is", state),) for state in sorted(query.states)),
        *((facet(name, value),) for name, value in sorted(query.facets)),
    ]
    return Conditions(tuple(groups), tuple(facet("is", state) for state in sorted(query.without_states)))


def _allowed(shelf: Shelf, query: Query) -> set[int] | None:
    """Give the documents the filters leave, or None when all are."""
    return documents_under(shelf, conditions_of(query))


def documents_under(shelf: Shelf, conditions: Conditions) -> set[int] | None:
    """Give the documents that meet the conditions, or None when there are none."""
    allowed: set[int] | None = None
    for group in conditions.groups:
        having = set().union(*(shelf.having(name) for name in group)) if len(group) > 1 else shelf.having(group[0])
        allowed = having if allowed is None else allowed & having
    for name in conditions.without:
        allowed = (shelf.everything() if allowed is None else allowed) - shelf.having(name)
    return allowed


def list_by_sets(
    shelf: Shelf, conditions: Conditions, bounds: Bounds, sort: Sort, most: int
) -> tuple[list[int], int, bool]:
    """What `Shelf.listed` promises, for shelves that have the documents of a facet at hand."""
    numbers: Collection[int] | None = documents_under(shelf, conditions)
    if bounds != EVERYTHING:
        numbers = shelf.fitting(numbers, bounds)
    return shelf.first(numbers, sort, most), shelf.count if numbers is None else len(numbers), True


def _with_phrases(shelf: Shelf, query: Query, allowed: set[int] | None) -> set[int]:
    """Leave documents that have every word of every phrase; that they stand together the caller sees in the
    text."""
    for phrase in query.phrases:
        for word in analysis.query_words(phrase):
            if word.is_part:
                continue
            having: set[int] = set()
            for term in word.alternatives:
                having.update(shelf.postings(term, None)[0])
            allowed = having if allowed is None else allowed & having
    return allowed or set()


def _ordered(shelf: Shelf, query: Query, clues: Clues, allowed: set[int] | None, budget: int = BUDGET) -> Hits:
    limit = max(1, min(query.limit, MOST_HITS))
    offset = max(0, min(query.offset, DEEPEST_OFFSET))
    end = offset + limit
    scores: dict[int, float] = {}
    is_exact = True
    if clues.clues and (allowed is None or allowed):
        is_whole = query.sort is not Sort.RELEVANCE or query.has_figures
        scores, is_exact = _score(shelf, clues.clues, allowed, None if is_whole else _enough(end), budget)
        total, ranked = _ranked(shelf, query, scores, clues, end)
    elif not clues.clues and clues.is_noise and not query.text.strip():
        listed, total, is_exact = shelf.listed(conditions_of(query), bounds_of(query), query.sort, end)
        ranked = [(number, 0.0) for number in listed]
    else:
        total, ranked = 0, []
    shown = ranked[offset:end]
    names = shelf.names([number for number, _ in shown])
    most = clues.weight_of_words or 1.0
    return Hits(
        tuple(
            Hit(name, round(score, 6), round(min(1.0, scores.get(number, 0.0) / most), 4))
            for name, (number, score) in zip(names, shown, strict=True)
        ),
        total=total,
        is_exact=is_exact,
        has_more=total > end,
        corrected=tuple(clues.corrected),
        unknown=tuple(clues.unknown),
        is_noise=clues.is_noise and bool(query.text.strip()),
    )


def _enough(end: int) -> int:
    """How many to look at more closely, so that the first ones are surely among them."""
    return 4 * end + 40


def _ranked(
    shelf: Shelf, query: Query, scores: dict[int, float], clues: Clues, end: int
) -> tuple[int, list[tuple[int, float]]]:
    """Give the first of what was found, and how much that is in all."""
    numbers: Collection[int] = scores
    if query.sort is not Sort.RELEVANCE:
        least = RELEVANT * max(scores.values(), default=0.0)
        numbers = [number for number, score in scores.items() if score >= least]
    if query.has_figures:
        numbers = shelf.fitting(numbers, bounds_of(query))
    if query.sort is not Sort.RELEVANCE:
        return len(numbers), [(number, scores[number]) for number in shelf.first(numbers, query.sort, end)]
    if len(numbers) < len(scores):
        scores = {number: scores[number] for number in numbers}
    return len(numbers), _by_relevance(shelf, _best(scores, _enough(end)), scores, clues)


def _score(
    shelf: Shelf, clues: list[Clue], allowed: set[int] | None, needed: int | None, budget: int
) -> tuple[dict[int, float], bool]:
    """Add up what each clue says about each document; say whether all that match were kept."""
    scores: dict[int, float] = {}
    left = sum(clue.weight for clue in clues)
    is_open = True
    read = 0
    for clue in clues:
        if is_open and needed is not None and len(scores) >= needed and left < max(scores.values()):
            least = nlargest(needed, scores.values())[-1]
            if left < least:
                is_open = False
                scores = {number: score for number, score in scores.items() if score + left >= least}
        if is_open and read > budget:
            is_open = False
            scores = {number: scores[number] for number in _best(scores, FOLLOWED)}
        left -= clue.weight
        gained = _gain(shelf, clue, None if is_open else scores)
        read += len(gained)
        if is_open and allowed is not None:
            gained = {number: gained[number] for number in allowed & gained.keys()}
        scores = _added(scores, gained, is_open)
    return scores, is_open


def _added(scores: dict[int, float], gained: dict[int, float], is_open: bool) -> dict[int, float]:
    """Add gains to scores; new documents come in while that is open. Few have both, so that few steps are ours."""
    both = scores.keys() & gained.keys()
    if not is_open:
        for number in both:
            scores[number] += gained[number]
        return scores
    added = scores | gained
    for number in both:
        added[number] = scores[number] + gained[number]
    return added


def _best(scores: dict[int, float], number: int) -> list[int]:
    """Give the documents with the highest scores; among equals those put in first."""
    if len(scores) > number:
        least = nlargest(number, scores.values())[-1]
        scores = {each: score for each, score in scores.items() if score >= least}
    return nlargest(number, scores, key=lambda each: (scores[each], -each))


def _gain(shelf: Shelf, clue: Clue, among: dict[int, float] | None) -> dict[int, float]:
    gained: dict[int, float] = {}
    for place, (term, share) in enumerate(clue.terms):
        numbers, impacts = shelf.postings(term, among)
        worth = [clue.weight * share / STEPS * impact for impact in range(STEPS + 1)]
        if among is not None and len(numbers) > len(among):
            found = dict(zip(numbers, impacts, strict=True))
            more = {number: worth[found[number]] for number in among.keys() & found.keys()}
        else:
            more = dict(zip(numbers, map(worth.__getitem__, impacts), strict=True))
        if place == 0:
            gained = more
            continue
        for number, gain in more.items():
            if gain > gained.get(number, 0.0):
                gained[number] = gain
    return gained


def _by_relevance(shelf: Shelf, numbers: list[int], scores: dict[int, float], clues: Clues) -> list[tuple[int, float]]:
    near = _near(shelf, numbers, scores, clues.nearnesses) if clues.nearnesses else {}
    # To twice its score at most: what holds little of the words is no better for saying yes.
    lifted = _gain(shelf, clues.lift, {number: scores[number] for number in numbers}) if clues.lift else {}
    ranked = [
        (
            number,
            (scores[number] + near.get(number, 0.0) + min(lifted.get(number, 0.0), scores[number]))
            * (1 + QUALITY * figures.quality + VOTES * _magnitude(figures.score)),
            figures,
        )
        for number, figures in zip(numbers, shelf.figures(numbers), strict=True)
    ]
    names = dict(zip(numbers, shelf.names(numbers), strict=True))
    ranked.sort(key=lambda each: (-round(each[1], 9), -each[2].created, names[each[0]]))
    return [(number, score) for number, score, _ in ranked]


def _near(shelf: Shelf, numbers: list[int], scores: dict[int, float], nearnesses: list[Nearness]) -> dict[int, float]:
    """Add up what words that stand together, in the query and in a text, say about the best documents."""
    if len(numbers) > LOOKED_AT:
        numbers = _best({number: scores[number] for number in numbers}, LOOKED_AT)
    return {
        number: sum(each.weight for each in nearnesses if any(stand_together(neighbours, name) for name in each.names))
        for number, neighbours in zip(numbers, shelf.neighbours(numbers), strict=True)
        if neighbours
    }


def _magnitude(score: int) -> float:
    """One for ten votes, two for a hundred; never more, and nothing below zero."""
    return min(2.0, log10(1 + score)) if score > 0 else 0.0
