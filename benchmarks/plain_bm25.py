"""Plain Okapi BM25 over the same terms as our index: what a search engine gives that nobody thought about."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import log

from search_index.analysis import guess_language, terms
from search_index.contract import Hit, Hits, Query
from search_index.document import Document

#: The usual constants (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009).
K1 = 1.2
B = 0.75


class PlainBM25:
    """Title and texts as one field; the query's terms each for themselves."""

    def __init__(self, documents: Iterable[Document]) -> None:
        texts = {each.key: " ".join([each.title, *(part.text for part in each.parts)]) for each in documents}
        self._counts = {key: Counter(terms(text)) for key, text in texts.items()}
        self._lengths = {key: sum(counts.values()) for key, counts in self._counts.items()}
        self._usual = sum(self._lengths.values()) / max(1, len(texts))
        self._having: defaultdict[str, list[str]] = defaultdict(list)
        for key, counts in self._counts.items():
            for term in counts:
                self._having[term].append(key)
        self._language = guess_language(" ".join(text[:100] for text in texts.values()))

    def search(self, query: Query) -> Hits:
        scores: defaultdict[str, float] = defaultdict(float)
        for term in set(terms(query.text, self._language)):
            having = self._having.get(term, [])
            rarity = log(1 + (len(self._counts) - len(having) + 0.5) / (len(having) + 0.5))
            for key in having:
                often = self._counts[key][term]
                length = 1 - B + B * self._lengths[key] / self._usual
                scores[key] += rarity * often * (K1 + 1) / (often + K1 * length)
        ranked = sorted(scores, key=lambda key: (-scores[key], key))
        shown = ranked[query.offset : query.offset + query.limit]
        return Hits(
            tuple(Hit(key, scores[key]) for key in shown),
            total=len(ranked),
            has_more=len(ranked) > query.offset + query.limit,
        )
