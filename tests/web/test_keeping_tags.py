"""Tags are kept in order by moderators: other words for them, other names, one of two, and back again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.errors import Refused
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from forum.questions import actions as on_questions
from forum.questions import reactions
from forum.questions.actions import tags as actions
from forum.questions.models import Question, Tag, question_tags
from forum.questions.queries import find_own_tag
from forum.search.queries import read_query
from tests.builders import make_question
from tests.ground import made_once

Open = Callable[[User | None], Any]
Carry = Callable[[], None]

EMPTY = {"description_it": "", "description_en": ""}
ACTS = {
    "describe": {**EMPTY, "description_en": "Lines."}, "rename": {"name": "x"}, "synonyms": {"name": "x"},
    "merge": {"into": "router"}, "part": {}, "delete": {},
}  # fmt: skip


def tag_names(session: Session, question: Question) -> list[str]:
    session.expire_all()
    return [tag.name for tag in question.tags]


def counts(session: Session) -> dict[str, int]:
    """What tags say they count, checked against what there is."""
    session.expire_all()
    public = (
        select(func.count())
        .select_from(question_tags)
        .join(Question)
        .where(question_tags.c.tag_id == Tag.id, Question.hidden_at.is_(None), Question.deleted_at.is_(None))
    )
    rows = session.execute(select(Tag.name, Tag.question_count, public.scalar_subquery())).all()
    assert all(told == true for _, told, true in rows), rows
    return {name: told for name, told, _ in rows}


@made_once
def fibre(session: Session, anna: User) -> Question:
    question = make_question(session, anna, tags=("fibra", "router"))
    session.commit()
    return question


@pytest.mark.parametrize("who, status", [("anna", 403), ("aldo", 403), ("elena", 403), ("mia", 200), ("ada", 200)])
def test_who_keeps_the_tags(
    browser: Open, session: Session, cast: dict[str, User], fibre: Question, who: str, status: int
) -> None:
    page = browser(cast[who])
    assert [page.get(path).status_code for path in ("/admin/tags", "/admin/tags/fibra")] == [status] * 2
    if status == 403:
        for act, form in ACTS.items():
            assert page.send(f"/admin/tags/fibra/{act}", form).status_code == 403, act
        assert session.scalars(select(StaffAct)).all() == []
    assert ("/admin/tags" in page.get("/tags").text) is (status == 200)
    assert ("/admin/people" in page.get("/admin/tags").text) is (who == "ada")


def test_a_description_shows_and_is_logged(browser: Open, session: Session, mia: User, fibre: Question) -> None:
    page = browser(mia)
    sent = {"description_it": "Linee in fibra.", "description_en": "Lines of <b>glass</b>."}
    for _ in range(2):
        assert page.send("/admin/tags/fibra/describe", sent).status_code == 303
    (act,) = session.scalars(select(StaffAct)).all()
    assert (act.verb, act.before, act.after["it"]) == ("describe_tag", {}, "Linee in fibra.")
    assert "Lines of &lt;b&gt;glass&lt;/b&gt;." in browser(None).get("/tags/fibra").text
    assert page.send("/admin/tags/fibra/describe", {**EMPTY, "description_it": "x" * 301}).status_code == 422


def test_a_synonym_leads_to_the_tag_from_everywhere(
    browser: Open, session: Session, mia: User, anna: User, fibre: Question, carry: Carry, parts: Parts
) -> None:
    carry()
    page = browser(mia)
    assert len(parts.index.search(read_query("ftth"))) == 0
    assert page.send("/admin/tags/fibra/synonyms", {"name": " FTTH "}).status_code == 303
    carry()
    for words in ("ftth", "tag:ftth", "tag:fibra"):
        assert len(parts.index.search(read_query(words))) == 1, words
    assert [hit.key for hit in parts.index.similar("my ftth line")] == [f"question:{fibre.id}"]
    visitor = browser(None)
    led = visitor.get("/tags/ftth")
    assert (led.status_code, led.location) == (308, "/tags/fibra")
    assert fibre.title in visitor.get("/questions?tag=ftth").text
    sent = {"title": "The line is slow today", "text": "Since noon.", "tags": "ftth, fibra, slow"}
    browser(anna).send("/questions/ask", sent)
    asked = session.scalars(select(Question).order_by(Question.id.desc())).first()
    assert asked is not None and tag_names(session, asked) == ["fibra", "slow"]
    browser(anna).send(f"/questions/{asked.id}/edit", {**sent, "version": "1"})
    session.expire_all()
    assert asked.version == 1, "the synonym is no change"
    assert counts(session) == {"fibra": 2, "router": 1, "slow": 1, "ftth": 0}
    assert "ftth" not in visitor.get("/tags").text
    assert "ftth" in page.get("/admin/tags?q=FTT").text


@pytest.mark.parametrize("name", ["router", "", "two words/", "x" * 36, "fibra"])
def test_what_cannot_be_a_synonym(browser: Open, session: Session, mia: User, fibre: Question, name: str) -> None:
    assert browser(mia).send("/admin/tags/fibra/synonyms", {"name": name}).status_code == 422
    assert set(counts(session)) == {"fibra", "router"}


def test_a_new_name_keeps_the_old_as_a_synonym_and_goes_back(
    browser: Open, session: Session, mia: User, fibre: Question, carry: Carry, parts: Parts
) -> None:
    page = browser(mia)
    answer = page.send("/admin/tags/fibra/rename", {"name": "Fibre Optic"})
    assert answer.location == "/admin/tags/fibre-optic"
    assert tag_names(session, fibre) == ["fibre-optic", "router"]
    carry()
    assert len(parts.index.search(read_query("tag:fibre-optic"))) == 1
    assert browser(None).get("/tags/fibra").location == "/tags/fibre-optic"
    assert page.send("/admin/tags/fibre-optic/rename", {"name": "router"}).status_code == 422
    assert page.send("/admin/tags/fibre-optic/rename", {"name": "fibra"}).status_code == 303
    assert tag_names(session, fibre) == ["fibra", "router"]
    assert browser(None).get("/tags/fibre-optic").location == "/tags/fibra"


def test_two_tags_become_one_and_two_again(
    browser: Open, session: Session, mia: User, anna: User, fibre: Question, carry: Carry, parts: Parts, now: datetime
) -> None:
    lone = make_question(session, anna, title="Only about the modem", tags=("modem",))
    hidden = make_question(session, anna, title="Hidden about the modem", tags=("modem",))
    both = make_question(session, anna, title="Modem and router in one", tags=("modem", "router"))
    on_questions.hide_question(session, mia, hidden, "It names a person.", now)
    actions.add_synonym(session, mia, find_own_tag(session, "modem"), "box", now)
    session.commit()
    carry()
    page = browser(mia)
    assert page.send("/admin/tags/modem/merge", {"into": "router"}).location == "/admin/tags/router"
    assert [tag_names(session, each) for each in (lone, hidden, both)] == [["router"]] * 3
    assert counts(session) == {"fibra": 1, "router": 3, "modem": 0, "box": 0}
    carry()
    assert len(parts.index.search(read_query("tag:router"))) == 3
    assert len(parts.index.search(read_query("box"))) == 3
    assert [browser(None).get(f"/tags/{name}").location for name in ("modem", "box")] == ["/tags/router"] * 2
    act = session.scalars(select(StaffAct).where(StaffAct.verb == "merge_tags")).one()
    assert sorted(act.after["moved_question_id"]) == [lone.id, hidden.id]
    assert (act.after["both_question_id"], act.after["count"]) == ([both.id], 3)
    assert "moved_question" not in browser_log(browser, session)
    assert page.send("/admin/tags/modem/part").status_code == 303
    assert [tag_names(session, each) for each in (lone, hidden, both)] == [["modem"], ["modem"], ["modem", "router"]]
    assert counts(session) == {"fibra": 1, "router": 2, "modem": 2, "box": 0}
    carry()
    assert len(parts.index.search(read_query("tag:modem"))) == 2


def browser_log(browser: Open, session: Session) -> str:
    ada = session.scalars(select(User).where(User.name == "Ada")).one()
    return str(browser(ada).get("/admin/log").text)


def test_what_was_edited_since_a_merge_stays_as_it_was_edited(
    session: Session, mia: User, anna: User, now: datetime
) -> None:
    questions = [make_question(session, anna, title=f"About the modem {n}", tags=("modem",)) for n in range(2)]
    router = find_own_tag(session, make_question(session, anna, tags=("router",)).tags[0].name)
    modem = find_own_tag(session, "modem")
    actions.merge_tags(session, mia, modem, router, now)
    questions[0].tags = []
    session.flush()
    assert actions.part_synonym(session, mia, modem, now) == 1
    actions.merge_tags(session, mia, modem, router, now)
    assert actions.part_synonym(session, mia, modem, now + actions.UNDO + timedelta(days=1)) == 0, "too late"


@pytest.mark.parametrize("into", ["fibra", "nosuchtag", "", "\x00", "x" * 500])
def test_a_merge_into_nothing(browser: Open, session: Session, mia: User, fibre: Question, into: str) -> None:
    assert browser(mia).send("/admin/tags/fibra/merge", {"into": into}).status_code == 422
    assert counts(session) == {"fibra": 1, "router": 1}


def test_a_large_merge_is_told_in_chunks(
    session: Session,
    mia: User,
    anna: User,
    now: datetime,
    carry: Carry,
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reactions, "CHUNK", 20)
    session.add_all([Tag(name="many", descriptions={}, question_count=0), Tag(name="other", descriptions={})])
    row = make_question(session, anna)
    session.flush()
    many, other = find_own_tag(session, "many"), find_own_tag(session, "other")
    made = [
        Question(
            asker_id=anna.id, title=f"Question number {n}", text="x", html="x", html_version=1, created_at=now,
            active_at=now, language="en", excerpt="",
        )
        for n in range(45)
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    session.execute(question_tags.insert(), [{"question_id": each.id, "tag_id": many.id} for each in made])
    session.execute(question_tags.insert(), [{"question_id": row.id, "tag_id": many.id}])
    session.commit()
    assert actions.merge_tags(session, mia, many, other, now) == 46
    session.commit()
    carry()
    assert parts.index.search(read_query("tag:other")).total == 46
    told = session.scalar(select(func.count()).where(Delivery.event == "TagChanged"))
    assert told == 3


def test_only_what_nobody_uses_is_deleted(
    browser: Open, session: Session, mia: User, fibre: Question, now: datetime
) -> None:
    page = browser(mia)
    assert page.send("/admin/tags/fibra/delete").status_code == 403
    on_questions.hide_question(session, mia, fibre, "It names a person.", now)
    session.commit()
    assert page.send("/admin/tags/fibra/delete").status_code == 403, "a hidden question still bears it"
    session.execute(question_tags.delete())
    actions.add_synonym(session, mia, find_own_tag(session, "fibra"), "ftth", now)
    session.commit()
    with pytest.raises(Refused):
        actions.delete_tag(session, mia, find_own_tag(session, "fibra"), now)
    for name in ("ftth", "fibra"):
        assert page.send(f"/admin/tags/{name}/delete").status_code == 303
    session.expire_all()
    assert set(session.scalars(select(Tag.name))) == {"router"}
    assert page.get("/admin/tags/fibra").status_code == 404
