"""How far the chance of being a duplicate can be believed: `python -m benchmarks.duplicates [--fit]`

Pairs that people judged, from the sets in `data` under SPORTELLO_SHARED (or `../shared`): SemEval 2016 task 3 B (two
questions of a forum: a perfect match, relevant, irrelevant), StackFAQ (a question worded anew, and the thread that
answers it), and the duplicate links of a Stack Exchange dump. Without `--fit` it measures the constants of
`forum/search/likeness.py`; with it, fits anew on one half, tests on the other and across sets, and prints constants.
"""

import csv
import gzip
import html
import io
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from zlib import crc32

from benchmarks.search_quality import default_folders
from forum.search import likeness
from forum.search.likeness import Asked, asked, signs, weigher
from search_index.contract import Query
from search_index.document import Document, Part, Role
from search_index.evaluation import fill, load
from search_index.memory import MemoryIndex

#: As many as the forum looks at.
CANDIDATES = 5

#: Keeps the weights from running away where signs say nearly the same.
RIDGE = 1.0


@dataclass(frozen=True)
class Pair:
    """Two questions, and whether they are one."""

    signs: tuple[float, ...]
    is_same: bool
    #: Pairs of one question stay together when a set is cut in halves.
    question: str


Text = tuple[str, str]


def data() -> Path:
    return default_folders()[0].parents[1]


# -- the sets


def semeval(part: str) -> list[Pair]:
    """The ten candidates of each question that were judged, as far as the search finds them at all."""
    path = data() / "semeval-cqa" / f"subtaskB-{part}.csv.gz"
    with gzip.open(path) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig")))
    groups: list[list[dict[str, str]]] = []
    for row in rows:
        if groups and groups[-1][0]["question"] == row["question"]:
            groups[-1].append(row)
        else:
            groups.append([row])
    documents: dict[Text, str] = {}
    questions: list[tuple[Text, list[tuple[str, Text, bool]]]] = []
    for group in groups:
        # Both subjects stand in one column: what all rows begin with is that of the question itself.
        words = [row["feature"].split() for row in group]
        same = 0
        while all(len(each) > same for each in words) and len({each[same] for each in words}) == 1:
            same += 1
        judged = []
        for row, each in zip(group, words, strict=True):
            other = (" ".join(each[same:] or each), row["rel_question"])
            key = documents.setdefault(other, f"question:{len(documents)}")
            judged.append((key, other, row["labels"] == "PerfectMatch"))
        questions.append(((" ".join(words[0][:same]), group[0]["question"]), judged))
    index = _index([(key, text, ()) for text, key in documents.items()])
    pairs = []
    for number, (question, judged) in enumerate(questions):
        shares = _shares(index, question[0], 100)
        for key, other, is_same in judged:
            if shares.get(key):
                pairs.append(Pair(_signs(index, question, other, shares[key]), is_same, f"{part}{number}"))
    return pairs


def stackfaq() -> list[Pair]:
    """The best hits for each rewording; only the thread it was worded from is the same."""
    labelled = load(data() / "retrieval" / "stackfaq-dev")
    titles = {document.key: document.title for document in labelled.documents}
    index = MemoryIndex()
    fill(index, labelled.documents)
    pairs = []
    for name, text in labelled.queries.items():
        right = {key for key, gain in labelled.judged.get(name, {}).items() if gain}
        shares = _shares(index, text, CANDIDATES)
        pairs += [
            Pair(_signs(index, (text, ""), (titles[key], ""), share), key in right, min(right, default=name))
            for key, share in shares.items()
        ]
    return pairs


def stack_exchange(name: str) -> list[Pair]:
    """The best hits for every question; the same are those that were closed as duplicates, and no others."""
    folder = data() / name
    rows = _rows(folder / "Posts.xml.gz")
    questions = {row["Id"]: (row["Title"], _plain(row["Body"])) for row in rows if row["PostTypeId"] == "1"}
    answers: dict[str, list[str]] = {}
    for row in rows:
        if row["PostTypeId"] == "2":
            answers.setdefault(row["ParentId"], []).append(_plain(row["Body"]))
    same = {
        frozenset((row["PostId"], row["RelatedPostId"]))
        for row in _rows(folder / "PostLinks.xml.gz")
        if row["LinkTypeId"] == "3"
    }
    index = _index([(key, text, answers.get(key, [])) for key, text in questions.items()])
    pairs = []
    for key, question in questions.items():
        shares = _shares(index, question[0], CANDIDATES + 1)
        shares.pop(key, None)
        for other, share in shares.items():
            found = _signs(index, question, questions[other], share)
            pairs.append(Pair(found, frozenset((key, other)) in same, key))
    return pairs


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path) as file:
        return [row.attrib for row in ET.parse(file).getroot()]  # noqa: S314 (a file of ours)


def _plain(text: str) -> str:
    return html.unescape(re.sub("<[^>]+>", " ", text))


def _index(questions: Sequence[tuple[str, Text, Sequence[str]]]) -> MemoryIndex:
    index = MemoryIndex()
    fill(
        index,
        [
            Document(key, "question", title, (Part(Role.BODY, body), *(Part(Role.ANSWER, each) for each in answers)))
            for key, (title, body), answers in questions
        ],
    )
    return index


@cache
def _asked(text: Text) -> Asked:
    return asked(*text)


def _signs(index: MemoryIndex, question: Text, other: Text, share: float) -> tuple[float, ...]:
    one, two = _asked(question), _asked(other)
    return signs(one, two, share, weigher(index.frequencies(one.terms | two.terms), index.count()))


def _shares(index: MemoryIndex, title: str, limit: int) -> dict[str, float]:
    return {hit.key: hit.share for hit in index.search(Query(title[:200], limit=limit))}


# -- the fit


def fit(pairs: Sequence[Pair], weigh: Callable[[Pair], float] = lambda _: 1.0) -> list[float]:
    """Constant and weights of a logistic regression with a small ridge, by Newton's steps."""
    rows = [((1.0, *pair.signs), float(pair.is_same), weigh(pair)) for pair in pairs]
    size = len(rows[0][0])
    weights = [0.0] * size
    for _ in range(30):
        slope = [RIDGE * weight if place else 0.0 for place, weight in enumerate(weights)]
        bend = [[RIDGE if row == column and row else 0.0 for column in range(size)] for row in range(size)]
        for found, label, weight in rows:
            told = _logistic(sum(map(lambda a, b: a * b, weights, found)))
            for row in range(size):
                slope[row] += weight * (told - label) * found[row]
                for column in range(size):
                    bend[row][column] += weight * told * (1 - told) * found[row] * found[column]
        weights = [weight - step for weight, step in zip(weights, _solve(bend, slope), strict=True)]
    return weights


def fit_evenly(sets: Sequence[Sequence[Pair]]) -> list[float]:
    """Fit on several sets that count the same, whatever their size."""
    size = {id(pair): 1000 / len(pairs) for pairs in sets for pair in pairs}
    return fit([pair for pairs in sets for pair in pairs], lambda pair: size[id(pair)])


def _but_one(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return {f"all but {left}": tuple(name for name in names if name != left) for left in names}


def _try_fit(name: str, chosen: Sequence[str], sets: dict[str, list[Pair]]) -> None:
    """Fit on the chosen sets and test on all; of those it was fitted on, each half by the fit on the other half."""
    whole = fit_evenly([sets[each] for each in chosen])
    print(f"fitted on {name}:", " ".join(f"{weight:.2f}" for weight in whole))
    halves = [told_by(fit_evenly([half(sets[each], number) for each in chosen])) for number in (0, 1)]
    for other, tested in sets.items():
        if other in chosen:
            told = {id(pair): halves[1 - number](pair) for number in (0, 1) for pair in half(tested, number)}
            measure(f"  {other}, held out", tested, lambda pair, told=told: told[id(pair)], table=name == "all")  # type: ignore[misc]
        else:
            measure(f"  {other}, never seen", tested, told_by(whole), table=name == "all")


def _logistic(value: float) -> float:
    return 1 / (1 + exp(-max(-30.0, min(30.0, value))))


def _solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Gauss, with the largest in the column on top."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place in range(len(rows)):
        top = max(range(place, len(rows)), key=lambda each: abs(rows[each][place]))
        rows[place], rows[top] = rows[top], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for other, row in enumerate(rows):
            if other != place:
                rows[other] = [a - row[place] * b for a, b in zip(row, rows[place], strict=True)]
    return [row[-1] for row in rows]


# -- the measures


def told_by(weights: Sequence[float]) -> Callable[[Pair], float]:
    return lambda pair: _logistic(weights[0] + sum(a * b for a, b in zip(weights[1:], pair.signs, strict=True)))


def measure(name: str, pairs: Sequence[Pair], tell: Callable[[Pair], float], *, table: bool = False) -> None:
    """Print how well chances order pairs (AUC), how near they are (Brier), and how far they are off (ECE)."""
    told = sorted((tell(pair), pair.is_same) for pair in pairs)
    same = sum(is_same for _, is_same in told)
    base = same / len(told)
    brier = sum((chance - is_same) ** 2 for chance, is_same in told) / len(told)
    off, bins = 0.0, []
    for low in range(10):
        inside = [each for each in told if low / 10 <= each[0] < (low + 1) / 10 or (low == 9 and each[0] == 1)]
        if inside:
            mean = sum(chance for chance, _ in inside) / len(inside)
            seen = sum(is_same for _, is_same in inside) / len(inside)
            off += len(inside) / len(told) * abs(mean - seen)
            bins.append((low, len(inside), mean, seen))
    print(
        f"{name:34} {len(told):5} {base:6.3f} {_auc(told):6.3f} {brier:6.4f} {base * (1 - base):6.4f} {off:6.3f}"
        f" {sum(chance for chance, _ in told) / len(told):6.3f}"
    )
    if table:
        for low, count, mean, seen in bins:
            print(f"    {low * 10:3}-{low * 10 + 10:3} %  {count:5} pairs, told {mean:5.2f}, seen {seen:5.2f}")


def _auc(told: Sequence[tuple[float, bool]]) -> float:
    """The chance that one that is the same stands above one that is not; equal ones count half."""
    chances = [chance for chance, _ in told]
    same, place, above = sum(is_same for _, is_same in told), 0, 0.0
    while place < len(told):
        end = place
        while end < len(told) and chances[end] == chances[place]:
            end += 1
        above += sum(is_same for _, is_same in told[place:end]) * (place + end - 1) / 2
        place = end
    others = len(told) - same
    return (above - same * (same - 1) / 2) / (same * others) if same and others else 0.5


HEADER = f"{'':34} pairs   base    AUC  Brier  blind    ECE   mean"


def half(pairs: Sequence[Pair], number: int) -> list[Pair]:
    """One half of a set, all pairs of a question in the same."""
    return [pair for pair in pairs if crc32(pair.question.encode()) % 2 == number]


def main(wish: str = "") -> None:
    sets = {
        "semeval-train": semeval("TRAIN"),
        "semeval-val": semeval("VAL"),
        "stackfaq-dev": stackfaq(),
        "se-quantum-2018": stack_exchange("se-quantum-2018"),
        "se-italian-2014": stack_exchange("se-italian-2014"),
    }
    print(HEADER)
    if wish == "--fit":
        fitted = ("semeval-train", "stackfaq-dev", "se-quantum-2018")
        for name, chosen in {**{each: (each,) for each in fitted[:2]}, **_but_one(fitted), "all": fitted}.items():
            _try_fit(name, chosen, sets)
        return
    for name, pairs in sets.items():
        measure(name, pairs, lambda pair: likeness.chance(pair.signs), table=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
