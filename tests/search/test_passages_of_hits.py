"""The passage of a hit: read from a stretch of a long text only, and the same as if all of it had been read."""

import pytest

from forum.base.markup import plain_text
from forum.search.queries import AROUND, _passage, words_alone
from search_index.passages import Marker

FILLING = "Some words of no weight stand here, **one** after the other, on many lines.\n\n"


@pytest.mark.parametrize("before, after", [(0, 0), (3, 3), (60, 60), (0, 200), (200, 0)])
def test_the_stretch_around_the_best_place_gives_the_passage_of_the_whole(before: int, after: int) -> None:
    sentence = "The [lamp](https://example.org/router) of the **router** blinks red since the storm.\n\n"
    text = FILLING * before + sentence + FILLING * after
    marker = Marker("router lamp red")
    place, passage = _passage(marker, [("question:1", "Nothing at all."), ("answer:2", text)], 160)
    whole = marker.best(plain_text(text), 160)
    assert place == "answer:2" and passage is not None
    assert passage.weight == whole.weight
    assert [each.text for each in passage.segments if each.is_match] == ["lamp", "router", "red"]
    assert (passage.is_cut_before, passage.is_cut_after) == (whole.is_cut_before, whole.is_cut_after)


def test_where_a_link_leads_is_no_reason_to_choose_a_text() -> None:
    link = "See [this page](https://example.org/router/router), or https://example.org/router."
    assert "router" not in words_alone(link)
    assert len(words_alone(link)) == len(link)
    place, _ = _passage(Marker("router"), [("answer:1", link), ("answer:2", "My router is slow.")], 160)
    assert place == "answer:2"


def test_a_text_of_one_endless_line_is_cut_too() -> None:
    text = "word " * 5_000 + "router " + "word " * 5_000
    _, passage = _passage(Marker("router"), [("question:1", text)], 160)
    assert passage is not None and len(passage.text) <= 200
    assert passage.is_cut_before and passage.is_cut_after
    assert any(each.is_match for each in passage.segments)
    assert AROUND * 160 < 5_000


def test_an_empty_text_has_no_passage() -> None:
    assert _passage(Marker("router"), [("question:1", "")], 160) == ("question:1", None)


def test_out_of_the_middle_of_a_table_come_words_and_no_lines() -> None:
    head = "| PON | LOS | meaning |\n|---|---|---|\n"
    rows = "| green | off | the line is well, whatever else may not be so |\n" * 20
    _, passage = _passage(Marker("storm"), [("answer:1", f"{head}{rows}| off | red | storm damage |\n{rows}")], 160)
    assert passage is not None and passage.is_cut_before and passage.is_cut_after
    assert "storm damage" in passage.text and "|" not in passage.text
