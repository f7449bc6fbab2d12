"""What every index promises: batches in, ranked hits out, and an honest word about its own health.

    index = WhooshIndex(folder)
    with index.open_batch() as batch:
        batch.put(document)
        batch.drop("question:9")
        batch.commit(upto=17)
    hits = index.search(parse('router "luce rossa" is:solved'))

Searching never raises: not on any text, and not on a damaged index (`hits.is_reliable` is then false and
`needs_rebuild()` says why). Writing raises IndexBusy when another writer does not finish in time, and
IndexDamaged when there is nothing sound to write to.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from search_index.analysis import ANALYSIS_VERSION
from search_index.document import Document
from search_index.weighing import WEIGHING_VERSION

#: A query is a sentence, not a page; the same for all backends.
LONGEST_QUERY = 200

#: The rarest words of a query, which count fully; as many again count a little, and what is commoner is left out.
MOST_WORDS = 12

#: Nobody turns more pages than these; a deeper offset costs and gives nothing.
DEEPEST_OFFSET = 1_000
MOST_HITS = 100

#: Kept in every index; another one there means: rebuild.
STAMP = f"analysis {ANALYSIS_VERSION}, weighing {WEIGHING_VERSION}"


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for. Within a filter any value will do for `kinds`; all must hold for the
    others."""

    text: str = ""
    phrases: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    without_states: frozenset[str] = frozenset()
    facets: frozenset[tuple[str, str]] = frozenset()
    min_score: int | None = None
    max_score: int | None = None
    after: datetime | None = None
    before: datetime | None = None
    sort: Sort = Sort.RELEVANCE
    limit: int = 10
    offset: int = 0
    is_unfinished: bool = False

    @property
    def has_filters(self) -> bool:
        return bool(
            self.kinds
            or self.tags
            or self.products
            or self.authors
            or self.states
            or self.without_states
            or self.facets
            or self.has_figures
        )

    @property
    def has_figures(self) -> bool:
        return not (self.min_score is None and self.max_score is None and self.after is None and self.before is None)


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; `score` compares hits of the same search only, `share` is what it holds of the
    words looked for, 0 to 1."""

    key: str
    score: float
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Hits:
    """A slice of what was found, best first.

    `total` counts all of them, or at least so many when `is_exact` is false. `corrected` pairs each
    misspelt word with the one searched in its place; `unknown` lists words that are nowhere; `is_noise`
    says that the text held no word to look for.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    is_exact: bool = True
    has_more: bool = False
    corrected: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    is_noise: bool = False
    is_reliable: bool = True

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    @property
    def keys(self) -> list[str]:
        return [hit.key for hit in self.hits]


class IndexBusy(Exception):
    """Another writer holds the index and did not finish in time."""


class IndexDamaged(Exception):
    """The index is missing, outdated or unreadable; only a rebuild can be written."""


class Batch(Protocol):
    """Changes that become visible together. The last word about a key counts; without commit nothing
    happened."""

    def put(self, document: Document) -> None: ...

    def drop(self, key: str) -> None: ...

    def commit(self, upto: int) -> None:
        """Keep the changes and, in the same act, how far in the line of changes they reach."""


class SearchIndex(Protocol):
    def open_batch(self) -> AbstractContextManager[Batch]: ...

    def open_rebuild(self) -> AbstractContextManager[Batch]:
        """Fill a new index beside the present one; `commit` puts it in its place, searching goes on
        meanwhile."""

    def search(self, query: Query) -> Hits: ...

    def similar(self, text: str, limit: int = 5, *, filters: Query | None = None, exclude: str = "") -> Hits:
        """Find what resembles a text being written, by its rarest words; its last word may be unfinished."""

    def suggest(self, text: str) -> str | None:
        """Give the text with its unknown words put right, or None when there is nothing better."""

    def complete(self, prefix: str, limit: int = 8) -> list[str]:
        """Give words in use that begin so, the commonest first."""

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """Say in how many documents terms stand; those that stand nowhere are left out."""

    def upto(self) -> int:
        """Say how far in the line of changes the index is; 0 when it holds nothing."""

    def count(self) -> int: ...

    def keys(self) -> set[str]: ...

    def needs_rebuild(self) -> str | None:
        """Say in a few words why the index must be rebuilt, or None."""

    def close(self) -> None: ...
