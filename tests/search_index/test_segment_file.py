"""The files of the embedded index: what is put in comes out, and what is not ours or not whole is refused."""

import random
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from search_index import segment_making
from search_index.segment_file import FACET, KEY, TEXT, WORD, Damaged, SegmentFile
from search_index.segment_making import Pool, SegmentMaker


def write(folder: Path, fill: Callable[[SegmentMaker], None], name: str = "a.seg", upto: int = 7) -> SegmentFile:
    maker = SegmentMaker(folder)
    fill(maker)
    path = folder / name
    with path.open("wb") as file:
        maker.write(file, upto)
    maker.close()
    return SegmentFile(path)


def put(maker: SegmentMaker, key: str, impacts: dict[str, int], score: int = 0, created: int = 0) -> None:
    number = maker.begin(key, score, created, 100, key.encode())
    maker.pool.add(TEXT, number, impacts)
    maker.pool.add(FACET, number, {"kind:question": 1})
    maker.pool.add(WORD, number, dict.fromkeys(impacts, 1))


def everything(segment: SegmentFile) -> dict[str, dict[str, dict[str, int]]]:
    """By field and term, the keys and impacts."""
    return {
        field: {
            term: {segment.keys[number].decode(): impact for number, impact in zip(numbers, impacts, strict=True)}
            for term, numbers, impacts in segment.lists(field)
        }
        for field in (KEY, TEXT, FACET, WORD)
    }


def fill_at_random(maker: SegmentMaker, first: int, count: int) -> None:
    source = random.Random(first)
    for number in range(first, first + count):
        words = {f"w{int(source.expovariate(0.02))}": source.randint(1, 250) for _ in range(12)}
        put(maker, f"question:{number}", words, score=number % 5, created=number // 3)


@pytest.mark.parametrize("held", [1_000_000, 100])
def test_what_was_put_in_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int) -> None:
    """Also when it does not fit into memory while it is put together."""
    monkeypatch.setattr(segment_making, "MOST_HELD", held)
    monkeypatch.setattr(segment_making, "RUN_CHUNK", 7)
    segment = write(tmp_path, lambda maker: fill_at_random(maker, 0, 300))
    assert (segment.count, segment.upto) == (300, 7)
    wanted: dict[str, dict[str, int]] = {}
    source = random.Random(0)
    for number in range(300):
        words = {f"w{int(source.expovariate(0.02))}": source.randint(1, 250) for _ in range(12)}
        for word, impact in words.items():
            wanted.setdefault(word, {})[f"question:{number}"] = impact
    kept = everything(segment)
    assert kept[TEXT] == wanted
    assert list(kept[TEXT]) == sorted(wanted)
    assert set(kept[WORD]) == set(wanted)
    assert len(kept[FACET]["kind:question"]) == 300
    assert all(segment.frequency(TEXT, word.encode()) == len(having) for word, having in wanted.items())
    assert segment.frequency(TEXT, b"w") == segment.frequency(TEXT, b"zz") == segment.frequency(TEXT, b"") == 0
    beginning = dict(segment.beginning(TEXT, b"w1", 10_000))
    assert beginning == {word.encode(): len(having) for word, having in wanted.items() if word.startswith("w1")}
    assert len(list(segment.beginning(TEXT, b"w", 9))) == 9
    assert segment.neighbours(0) == b"question:0" and segment.neighbours(299) == b"question:299"


@pytest.mark.parametrize("gap", [1, 255, 256, 65_535, 65_536, 1_000_000])
def test_lists_are_as_wide_as_their_widest_gap(tmp_path: Path, gap: int) -> None:
    pool = Pool(tmp_path)
    numbers = [0, 1, 1 + gap, 2 + gap]
    pool.add_list(TEXT, "wide", array("I", [number << 8 | 9 for number in numbers]))
    path = tmp_path / "list"
    with path.open("wb") as file:
        file.write(b"something before")
        value = segment_making._write_list(file, next(pool.take(TEXT))[1])
    segment = write(tmp_path, lambda maker: put(maker, "question:1", {"a": 1}))
    segment._map = path.read_bytes()  # type: ignore[assignment]
    assert segment._read(value) == (numbers, bytes([9] * 4))
    assert segment._read(value, 50)[0] == [50 + number for number in numbers]
    assert path.stat().st_size == 16 + 4 * (1 + (1 if gap < 256 else 2 if gap < 65_536 else 4))


def test_two_files_become_one_without_what_is_gone(tmp_path: Path) -> None:
    first = write(tmp_path, lambda maker: fill_at_random(maker, 0, 40), "a.seg")
    second = write(tmp_path, lambda maker: fill_at_random(maker, 40, 40), "b.seg")

    def take(maker: SegmentMaker) -> None:
        put(maker, "question:99", {"w1": 5})
        maker.take(first, frozenset({0, 5, 39}))
        maker.take(second, frozenset())

    joined = write(tmp_path, take, "c.seg")
    gone = {"question:0", "question:5", "question:39"}
    wanted = everything(first)
    for field, terms in everything(second).items():
        for term, having in terms.items():
            wanted[field].setdefault(term, {}).update(having)
    for terms in wanted.values():
        for term in list(terms):
            terms[term] = {key: impact for key, impact in terms[term].items() if key not in gone}
            if not terms[term]:
                del terms[term]
    wanted[TEXT]["w1"]["question:99"] = 5
    wanted[WORD]["w1"]["question:99"] = wanted[KEY].setdefault("question:99", {})["question:99"] = 1
    wanted[FACET]["kind:question"]["question:99"] = 1
    assert everything(joined) == wanted
    assert joined.count == 78
    at = joined.keys.index(b"question:47")
    assert (joined.scores[at], joined.created[at], joined.neighbours(at)) == (2, 15, b"question:47")
    assert list(joined.by_date)[:2] == [joined.keys.index(b"question:78"), joined.keys.index(b"question:79")]
    assert joined.scores[joined.by_score[0]] == 4


def test_a_term_that_only_gone_documents_have_is_not_given(tmp_path: Path) -> None:
    def fill(maker: SegmentMaker) -> None:
        put(maker, "question:0", {"alfa": 1, "alba": 1})
        put(maker, "question:1", {"alfa": 1, "alto": 1})

    segment = write(tmp_path, fill)
    assert [word for word, _ in segment.beginning(WORD, b"al", 9)] == [b"alba", b"alfa", b"alto"]
    assert [word for word, _ in segment.beginning(WORD, b"al", 9, frozenset({0}))] == [b"alfa", b"alto"]


def test_an_empty_file_says_how_far_it_is(tmp_path: Path) -> None:
    segment = write(tmp_path, lambda _: None, upto=12)
    assert (segment.count, segment.upto, segment.keys) == (0, 12, [])
    assert list(segment.lists(TEXT)) == [] and list(segment.beginning(TEXT, b"a", 9)) == []
    segment.check()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 0.999])
def test_a_changed_file_is_refused_when_it_is_opened_or_read(tmp_path: Path, share: float) -> None:
    write(tmp_path, lambda maker: fill_at_random(maker, 0, 60))
    content = bytearray((tmp_path / "a.seg").read_bytes())
    at = int(len(content) * share)
    content[at : at + 400] = b"\xff" * len(content[at : at + 400])
    (tmp_path / "b.seg").write_bytes(content)
    with pytest.raises(Exception):  # noqa: B017 - whatever it is, it is not silence
        everything(SegmentFile(tmp_path / "b.seg"))


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    write(tmp_path, lambda maker: fill_at_random(maker, 0, 60))
    content = (tmp_path / "a.seg").read_bytes()
    for length in (1, 20, len(content) // 2, len(content) - 1):
        (tmp_path / "b.seg").write_bytes(content[:length])
        with pytest.raises(Damaged):
            SegmentFile(tmp_path / "b.seg")
