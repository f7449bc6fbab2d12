"""The figures search is judged by, on a set to reckon by hand, and the least we accept on the real ones."""

import json
import os
from math import log2
from pathlib import Path

import pytest

from search_index.evaluation import FIGURES, Outcome, compare, evaluate, fill, load, sum_up
from search_index.memory import MemoryIndex

SHARED = Path(os.environ.get("SPORTELLO_SHARED", Path(__file__).parents[2].parent / "shared"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    def write(name: str, rows: list[dict[str, str]]) -> None:
        (tmp_path / name).write_text("\n".join(json.dumps(row) for row in rows) + "\n")

    write(
        "corpus.jsonl",
        [
            {"_id": "d1", "title": "red router light", "text": "it blinks red"},
            {"_id": "d2", "title": "router", "text": "a long story about many other things and also a light"},
            {"_id": "d3", "title": "double bill", "text": "january"},
        ],
    )
    write(
        "queries.jsonl",
        [
            {"_id": "q1", "text": "red router light"},
            {"_id": "q2", "text": "red router light?"},
            {"_id": "q3", "text": "zebra"},
            {"_id": "q4", "text": "nothing answers this one: router"},
        ],
    )
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq1\td3\t0\nq2\td2\t1\nq2\td3\t2\nq3\td3\t1\nq4\td1\t0\n"
    )
    return tmp_path


def test_the_figures_are_those_reckoned_by_hand(folder: Path) -> None:
    labelled = load(folder)
    index = MemoryIndex()
    fill(index, labelled.documents)
    outcomes = {outcome.query: outcome for outcome in evaluate(index, labelled)}
    assert set(outcomes) == {"q1", "q2", "q3"}
    assert outcomes["q1"] == Outcome("q1", 1.0, 1, 1.0, 1.0, 2)
    ideal = 2 + 1 / log2(3)
    assert outcomes["q2"] == Outcome("q2", 0.5, 2, 0.25, pytest.approx((1 / log2(3)) / ideal), 2)
    assert outcomes["q3"] == Outcome("q3", 0.0, 0, 0.0, 0.0, 0)
    quality = sum_up(list(outcomes.values()))
    assert quality.mrr == pytest.approx(0.5)
    assert (quality.hit_1, quality.hit_3, quality.hit_10) == pytest.approx((1 / 3, 2 / 3, 2 / 3))
    assert quality.map == pytest.approx((1 + 0.25) / 3)
    assert quality.without == pytest.approx(1 / 3)


def test_only_judged_candidates_are_ranked_and_the_lost_ones_come_last(folder: Path) -> None:
    labelled = load(folder)
    index = MemoryIndex()
    fill(index, labelled.documents)
    outcomes = {outcome.query: outcome for outcome in evaluate(index, labelled, only_judged=True)}
    assert outcomes["q2"].precision == 1.0
    assert outcomes["q3"].first == 1


@pytest.mark.parametrize(
    "name, figure, least",
    [
        ("stackfaq-dev", "mrr", 0.88),
        ("stackfaq-dev", "hit_10", 0.98),
        ("io-it-dev", "mrr", 0.54),
        ("semeval-b-dev", "map", 0.79),
    ],
)
def test_the_least_we_accept_on_the_labelled_sets(name: str, figure: str, least: float) -> None:
    path = SHARED / "data" / "retrieval" / name
    if not path.is_dir():
        pytest.skip(f"no labelled set at {path}")
    labelled = load(path)
    index = MemoryIndex()
    fill(index, labelled.documents)
    quality = sum_up(evaluate(index, labelled, only_judged=name.startswith("semeval")))
    assert getattr(quality, figure) >= least


def outcomes_of(*reciprocals: float) -> list[Outcome]:
    return [Outcome(f"q{number}", each, 1, each, each, 1) for number, each in enumerate(reciprocals)]


def test_a_steady_gain_is_sure_and_a_mixed_one_may_be_luck() -> None:
    before = outcomes_of(*[0.5] * 40)
    steady = compare(before, outcomes_of(*[0.6, 0.7] * 20), FIGURES["MRR"])
    assert steady.mean == pytest.approx(0.15) and 0.1 <= steady.low < steady.mean < steady.high <= 0.2
    assert steady.is_sure
    mixed = compare(before, outcomes_of(*[1.0, 0.1] * 20), FIGURES["MRR"])
    assert mixed.mean == pytest.approx(0.05) and mixed.low < 0 < mixed.high
    assert not mixed.is_sure
    assert compare(before, outcomes_of(*[1.0, 0.1] * 20), FIGURES["MRR"]) == mixed


def test_runs_over_other_queries_are_not_compared() -> None:
    with pytest.raises(ValueError, match="same queries"):
        compare(outcomes_of(1.0), outcomes_of(1.0, 0.5), FIGURES["MRR"])


def test_a_set_that_lacks_a_file_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"corpus\.jsonl is missing"):
        load(tmp_path)
    (tmp_path / "corpus.jsonl").write_text('{"title": "no name"}\n')
    with pytest.raises(ValueError, match="not laid out"):
        load(tmp_path)
    with pytest.raises(ValueError, match=r"corpus\.jsonl is missing"):
        load(tmp_path / "corpus.jsonl")


def test_a_text_may_hold_signs_that_end_a_line_elsewhere(folder: Path) -> None:
    text = "one\u2028two\u0085three"
    row = json.dumps({"_id": "d9", "title": "", "text": text}, ensure_ascii=False)
    corpus = folder / "corpus.jsonl"
    corpus.write_text(corpus.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    assert load(folder).documents[-1].parts[0].text == text
