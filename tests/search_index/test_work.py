"""What a search costs, counted in rows read instead of seconds, so that a busy machine changes nothing."""

from typing import Any

from search_index import ranking
from search_index.clues import correct
from search_index.grammar import parse
from search_index.memory import MemoryIndex
from tests.search_index.conftest import fill, make_document
from tests.search_index.test_hostile import TEXTS

#: Rows read when 2,000 documents are asked: all of them and their figures for a filter alone, less for words.
MOST_READ = 4_500
MOST_READ_FOR_WORDS = 3_500


class CountingShelf:
    """Hands everything on to an index in memory and counts what is read."""

    def __init__(self, contents: Any) -> None:
        self._contents = contents
        self.read = 0

    def taken(self) -> int:
        """What was read since this was asked before."""
        read, self.read = self.read, 0
        return read

    @property
    def count(self) -> int:
        return int(self._contents.count)

    def __getattr__(self, name: str) -> Any:
        ask = getattr(self._contents, name)

        def counted(*values: Any) -> Any:
            found = ask(*values)
            kept = list(found) if name in ("words", "terms") else found
            self.read += 1 + (len(kept[0]) if name == "postings" else len(kept))
            return kept

        return counted


def test_no_hostile_query_reads_more_than_its_share() -> None:
    """What a query costs is what it reads."""
    index = MemoryIndex()
    words = [f"{first}{second}{third}" for first in "bcdfgl" for second in "aeiou" for third in ("rto", "vano", "sica")]
    fill(
        index,
        *(
            make_document(f"question:{n}", f"router {words[n % 90]}", f"fibra a{words[n % 7]}" if n % 2 else "modem")
            for n in range(2_000)
        ),
    )
    shelf = CountingShelf(index._contents)
    for text in [*TEXTS, "router fibra modem " + " ".join(words)]:
        ranking.find(shelf, parse(text))
        assert shelf.taken() <= MOST_READ, text[:80]
        ranking.resembling(shelf, text, 5, None, "")
        assert shelf.taken() <= MOST_READ_FOR_WORDS, text[:80]
        correct(text[:500], frequencies=shelf.frequencies, words=shelf.words)
        assert shelf.taken() <= MOST_READ_FOR_WORDS, text[:80]
