"""Pieces of pages that are drawn once: never anybody else's, never an old one, and never too many."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple
from typing import cast as taken_for

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, Reader, User
from forum.base.words import told, told_until
from forum.moderation.rules import may_flag
from forum.questions import rules
from forum.questions.actions import vote
from forum.questions.models import Answer, Comment, Question
from forum.questions.reading import read_discussion
from forum.questions.rows import Onlooker, answer_row, comment_row
from forum.web import forgery, pieces
from forum.web.language import note_time
from forum.web.pieces import Pieces, Room, remembered_in_language
from tests.builders import make_answer, make_comment, make_question
from tests.conftest import Browser

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Word(NamedTuple):
    """The least that can be shown."""

    said: str

    def shown(self) -> str:
        return self.said


@pytest.fixture
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def form(shown: Any) -> Markup:
    return Markup('<b>{}</b><input name="csrf_token" value="{}">').format(shown, forgery.csrf_token())


def test_a_kept_form_gets_the_token_of_each_page(app: Flask) -> None:
    draw = remembered_in_language(form)
    pages = []
    for _ in range(2):
        with app.test_request_context("/"):
            pages.append(str(draw("one")))
            token = TOKEN.findall(pages[-1])
            assert token and forgery.check(token[0])
            assert forgery.csrf_token.mark not in pages[-1]
    assert pages[0] != pages[1]


@pytest.mark.usefixtures("page")
def test_markup_and_the_same_text_are_not_taken_for_each_other() -> None:
    draw = remembered_in_language(lambda text: Markup("{}").format(text))
    assert draw(Markup("<i>")) == "<i>"
    assert draw("<i>") == "&lt;i&gt;"


@pytest.mark.usefixtures("page")
def test_what_nobody_asked_for_makes_room() -> None:
    drawn: list[str] = []

    def macro(word: str) -> Markup:
        drawn.append(word)
        return Markup("x") * 1_000

    kept = Pieces(macro, Room(3_000))
    for said in "abacab":
        kept.draw(Word(said))
    assert drawn == ["a", "b", "c", "b"]


@pytest.mark.usefixtures("page")
def test_two_macros_do_not_take_each_others_pieces() -> None:
    room = Room()
    bold, plain = Pieces(lambda word: Markup("<b>{}</b>").format(word), room), Pieces(Markup("{}").format, room)
    for _ in range(2):
        assert (bold.draw(Word("a")), plain.draw(Word("a"))) == ("<b>a</b>", "a")


@pytest.mark.usefixtures("page")
def test_a_piece_is_drawn_anew_when_its_time_is_told_in_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    noon, drawn = datetime(2026, 5, 1, 12, tzinfo=UTC), []

    def macro(word: str) -> Markup:
        note_time(noon)
        drawn.append(word)
        return Markup("{}").format(word)

    inner = Pieces(macro)
    outer = Pieces(lambda word: inner.draw(Word(word)))
    for minutes, times in ((10, 1), (10.4, 1), (10.6, 2), (11.4, 2), (11.6, 3), (59, 4)):
        moment = noon + timedelta(minutes=minutes)
        monkeypatch.setattr(pieces, "now", lambda moment=moment: moment)
        monkeypatch.setattr("forum.web.language.now", lambda moment=moment: moment)
        assert outer.draw(Word("a")) == "a"
        assert len(drawn) == times, minutes


@pytest.mark.parametrize("seconds", [0.5, 29, 31, 89, 91, 3_000, 3_059, 3_061, 5_399, 80_000, 600_000, 4e6, 3e7, 1e8])
def test_words_stay_the_same_until_they_are_said_to_change(seconds: float) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    now = moment + timedelta(seconds=seconds)
    until = told_until(moment, now)
    assert until > now
    for part in (0.1, 0.5, 0.9, 0.999):
        assert told(now + (until - now) * part - moment) == told(now - moment)
    assert told(until + timedelta(seconds=1) - moment) != told(now - moment)


def test_rules_tell_an_onlooker_what_they_tell_the_reader(session: Session, cast: dict[str, User]) -> None:
    """Whoever wrote nothing here is told the same as others who did not; nothing else of a reader is looked at."""
    people: list[Reader] = [VISITOR, *cast.values()]
    anna, bruno, carla, mia = (cast[name] for name in ("anna", "bruno", "carla", "mia"))
    for is_closed, removal, author in product((False, True), ("", "hidden", "deleted", "taken"), (anna, bruno, mia)):
        question = make_question(session, anna)
        answer = make_answer(session, author, question)
        comment = make_comment(session, carla, answer)
        question.closed_at = question.created_at if is_closed else None
        for post in (answer, comment):
            post.hidden_at = question.created_at if removal == "hidden" else None
            post.deleted_at = question.created_at if removal in ("deleted", "taken") else None
            post.deleted_by_id = {"deleted": post.author_id, "taken": mia.id}.get(removal)
        session.flush()
        for reader in people:
            discussion = read_discussion(session, reader, question.id)
            above = discussion.question.above
            onlooker = as_reader(Onlooker.of(reader, discussion.is_about(reader.id)))
            for raw in discussion.answers:
                row = answer_row(raw, above)
                assert verdicts_on_answer(reader, row, above) == verdicts_on_answer(onlooker, row, above)
            for raw in discussion.comments[answer.id]:
                assert verdicts(reader, comment_row(raw)) == verdicts(onlooker, comment_row(raw))
            assert verdicts(reader, discussion.question) == verdicts(onlooker, discussion.question)


def as_reader(onlooker: Onlooker) -> Reader:
    return taken_for(Reader, onlooker)


def verdicts(who: Reader, post: Any) -> list[Any]:
    edit, delete = (
        (rules.may_edit_comment, rules.may_delete_comment)
        if not hasattr(post, "score")
        else (rules.may_edit_question, rules.may_delete_answer)
    )
    shared = [may_flag(who, post), rules.may_undelete(who, post), rules.may_restore(who), rules.may_hide(who)]
    return [who.id == post.author_id, edit(who, post), delete(who, post), *shared]


def verdicts_on_answer(who: Reader, answer: Any, above: Any) -> list[Any]:
    of_both = [rules.may_vote(who, answer), rules.may_comment(who, above, answer)]
    accepting = [rules.may_accept(who, answer), rules.may_withdraw_acceptance(who, answer)]
    return [*verdicts(who, answer), *of_both, *accepting]


Change = Callable[[Session, dict[str, User], Question, Answer, Comment], Any]


def changing(kind: str, name: str, value: Any) -> Change:
    """Set one field of one of them."""

    def change(session: Session, cast: dict[str, User], question: Question, answer: Answer, comment: Comment) -> None:
        rows = {"question": question, "answer": answer, "comment": comment, "bruno": cast["bruno"]}
        setattr(rows[kind], name, value)

    return change


THEN = datetime(2026, 4, 1, 12, tzinfo=UTC)

#: What is changed behind every kept piece, and what a visitor's next look shows, or no longer shows.
CHANGES: dict[str, tuple[Change, str, bool]] = {
    "title": (changing("question", "title", "Another title"), "Another title", True),
    "question": (changing("question", "html", "<p>Other words.</p>"), "Other words.", True),
    "question's score": (changing("question", "score", 77), ">77<", True),
    "question closed": (changing("question", "closed_at", THEN), "no more answers", True),
    "answer": (changing("answer", "html", "<p>Press the button.</p>"), "Press the button.", True),
    "answer's score": (changing("answer", "score", 88), ">88<", True),
    "answer edited": (changing("answer", "edited_at", THEN), "2026-04-01T12:00", True),
    "answer's age": (changing("answer", "created_at", THEN), "2026-04-01T12:00", True),
    "answer hidden": (changing("answer", "hidden_at", THEN), "Turn it off and on.", False),
    "answer deleted": (changing("answer", "deleted_at", THEN), "Turn it off and on.", False),
    "comment under a hidden answer": (changing("answer", "hidden_at", THEN), "That helped.", False),
    "answer's language": (changing("answer", "language", "fr"), 'lang="fr"', True),
    "answer's origin": (changing("answer", "origin_url", "https://elsewhere.example/1"), "elsewhere.example", True),
    "accepted": (changing("answer", "accepted_at", THEN), "Solved by Bruno", True),
    "comment": (changing("comment", "html", "<p>It did not.</p>"), "It did not.", True),
    "comment edited": (changing("comment", "edited_at", THEN), "· edited", True),
    "comment hidden": (changing("comment", "hidden_at", THEN), "That helped.", False),
    "comment deleted": (changing("comment", "deleted_at", THEN), "That helped.", False),
    "name": (changing("bruno", "name", "Bruno the Second"), "Bruno the Second", True),
    "role": (changing("bruno", "roles", frozenset(("moderator",))), "is-staff", True),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_is_seen_at_the_next_look(
    browser: Callable[..., Browser], session: Session, cast: dict[str, User], name: str
) -> None:
    change, said, is_there = CHANGES[name]
    question = make_question(session, cast["anna"])
    answer = make_answer(session, cast["bruno"], question, text="Turn it off and on.")
    comment = make_comment(session, cast["carla"], answer, text="That helped.")
    session.commit()
    address = f"/questions/{question.id}"
    readers = [browser(), browser(cast["anna"]), browser(cast["aldo"])]
    for client in readers:
        for _ in range(2):
            assert (said in client.get(address, follow_redirects=True).text) is not is_there
    change(session, cast, question, answer, comment)
    session.commit()
    for client in readers:
        assert (said in client.get(address, follow_redirects=True).text) is is_there


def test_a_vote_is_seen_by_who_gave_it_alone(
    browser: Callable[..., Browser], session: Session, cast: dict[str, User], now: datetime
) -> None:
    answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]))
    session.commit()
    address, pressed = f"/answers/{answer.id}", 'data-value="1" aria-pressed="true"'
    voter, other = browser(cast["carla"]), browser(cast["elena"])
    for client in (voter, other):
        assert pressed not in client.get(address, follow_redirects=True).text
    vote(session, cast["carla"], answer, 1, now)
    session.commit()
    assert pressed in voter.get(address, follow_redirects=True).text
    page = other.get(address, follow_redirects=True).text
    assert pressed not in page and '<output class="vote__count">1</output>' in page


def test_a_removed_text_is_shown_only_to_those_who_may_see_it(
    browser: Callable[..., Browser], session: Session, cast: dict[str, User], now: datetime
) -> None:
    answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]), text="Turn it off and on.")
    answer.hidden_at, answer.hidden_why = now, "Not kind."
    session.commit()
    address = f"/questions/{answer.question_id}"
    sees = {"bruno": True, "mia": True, "ada": True, "anna": False, "aldo": False, "elena": False, "": False}
    for _ in range(2):
        for name, is_shown in sees.items():
            page = browser(cast.get(name)).get(address, follow_redirects=True).text
            assert ("Turn it off and on." in page) is is_shown, name
            assert ("Not kind." in page) is is_shown, name


def test_everybody_gets_their_own_answer_card(
    browser: Callable[..., Browser], session: Session, cast: dict[str, User]
) -> None:
    answer = make_answer(session, cast["bruno"], make_question(session, cast["anna"]), text="Turn it off and on.")
    session.commit()
    address, edit = f"/answers/{answer.id}", f'href="/answers/{answer.id}/edit"'
    for _ in range(2):
        assert edit in browser(cast["bruno"]).get(address, follow_redirects=True).text
        strangers = browser(cast["carla"]).get(address, follow_redirects=True).text
        assert edit not in strangers and f'action="/answers/{answer.id}/vote"' in strangers
        assert f'action="/answers/{answer.id}/accept"' in browser(cast["anna"]).get(address, follow_redirects=True).text
        visitors = browser().get(address, follow_redirects=True).text
        assert "csrf_token" not in visitors and edit not in visitors and "Turn it off and on." in visitors
