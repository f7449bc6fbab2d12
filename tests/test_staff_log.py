"""Every act of staff upon what is not theirs is in the log, with what it was like before and after; and stays there."""

import ast
import dataclasses
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts import administration
from forum.accounts.models import StaffAct, User
from forum.accounts.sessions import open_session
from forum.base.db import make_engine
from forum.base.markup import render
from forum.base.words import Sentence
from forum.cli import database
from forum.contacts import actions as contacts
from forum.contacts.drafts import ContactDraft
from forum.knowledge import actions as knowledge
from forum.moderation import actions as moderation
from forum.questions import actions as questions
from forum.tickets import actions as tickets
from forum.web.admin.logged import verb_word
from tests.builders import (
    make_answer,
    make_article,
    make_comment,
    make_contact,
    make_flag,
    make_question,
    make_ticket,
    unlimited,
)
from tests.conftest import DATABASES, SECRET
from tests.ground import made_once

FORUM = Path(__file__).parents[1] / "forum"
PACKAGES = ("accounts", "contacts", "questions", "knowledge", "tickets", "moderation")

#: Actions that no line of the log is written for, each with its reason.
ONES_OWN: dict[str, str] = {
    "ask_question": "one's own text",
    "post_answer": "one's own text",
    "post_comment": "one's own text",
    "vote": "one's own vote",
    "say_me_too": "one's own",
    "withdraw_me_too": "one's own",
    "follow": "one's own",
    "unfollow": "one's own",
    "flag_text": "one's own flag, which nobody else may learn of",
    "withdraw_flag": "one's own flag",
    "claim": "who looks at what, for ten minutes",
    "claim_next": "who looks at what, for ten minutes",
    "release": "who looks at what, for ten minutes",
    "note_made": "what the actor's form made",
    "find_made": "reads",
    "spend_limit": "a count against the actor",
}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for package in PACKAGES:
        for path in (FORUM / package).rglob("*.py"):
            if path.stem in ("rules", "queries", "staff_log"):
                continue
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef):
                    yield f"{package}.{node.name}", node


def called(node: ast.FunctionDef) -> set[str]:
    """The names of what is called: of functions, and of what a module gives (`actions.hide_answer`)."""
    names = set()
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            names.add(call.func.id)
        elif isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            giver = call.func.value
            if isinstance(giver, ast.Name) and giver.id != "session":  # session.delete is none of ours
                names.add(call.func.attr)
    return names


def test_whatever_an_actor_does_is_logged_or_is_their_own() -> None:
    """An action added tomorrow either writes into the log or says here why it does not."""
    every = list(functions())
    calls: dict[str, set[str]] = {}
    for name, node in every:
        calls.setdefault(name.partition(".")[2], set()).update(called(node))
    logging = {"log_staff_act"}
    while more := {name for name, names in calls.items() if names & logging} - logging:
        logging |= more
    acting = {
        node.name
        for _, node in every
        if not node.name.startswith("_") and "actor" in [arg.arg for arg in node.args.args]
    }
    assert len(acting) > 40
    assert acting - logging == set(ONES_OWN)


@made_once
def acted_upon(session: Session, cast: dict[str, User]) -> dict[str, Any]:
    """Anna's question, Bruno's answer and comment, an article, a contact, a ticket."""
    question = make_question(session, cast["anna"])
    answer = make_answer(session, cast["bruno"], question, accepted=True)
    other = make_question(session, cast["anna"], title="Another question altogether")
    contact = make_contact(session, "Rosa Blu", emails=("rosa@example.it",))
    return {
        "question": question,
        "answer": answer,
        "comment": make_comment(session, cast["bruno"], question),
        "live": make_article(session, cast["elena"], answer, reviewer=cast["mia"]),
        "other": make_answer(session, cast["bruno"], other, accepted=True),
        "contact": contact,
        "ticket": make_ticket(session, cast["aldo"], contact),
        "item": make_flag(session, cast["carla"], answer).item,
    }


class Stage:
    """Who is there and what staff act upon, each by its name."""

    def __init__(self, session: Session, now: datetime, cast: dict[str, User], things: dict[str, Any]) -> None:
        self.session, self.now = session, now
        vars(self).update(cast, **things)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"there is no {name} on this stage")

    def hidden(self, kind: str) -> Any:
        post = getattr(self, kind)
        getattr(questions, f"hide_{kind}")(self.session, self.mia, post, "It sells.", self.now)
        return post

    def deleted(self, kind: str) -> Any:
        post = getattr(self, kind)
        getattr(questions, f"delete_{kind}")(self.session, self.mia, post, self.now, "It sells.")
        return post

    def draft(self) -> Any:
        return make_article(self.session, self.elena, self.other)


def edit(stage: Stage, kind: str) -> None:
    written, session, mia, now = render("Changed by staff."), stage.session, stage.mia, stage.now
    with unlimited():
        if kind == "question":
            questions.edit_question(session, mia, stage.question, "Another title for it", written, [], 1, now, "typo")
        elif kind == "answer":
            questions.edit_answer(session, mia, stage.answer, written, 1, now, "typo")
        else:
            questions.edit_comment(session, mia, stage.comment, written, 1, now)


def review(stage: Stage, outcome: str) -> None:
    draft = stage.draft()
    knowledge.ask_review(stage.session, stage.elena, draft, stage.now)
    knowledge.review_article(stage.session, stage.mia, draft, outcome, "Fine.", stage.now, version=draft.version)


def gather(stage: Stage, *, release: bool = False) -> None:
    question = make_question(stage.session, stage.carla)
    knowledge.gather_question(stage.session, stage.elena, stage.live, question, stage.now)
    if release:
        knowledge.release_question(stage.session, stage.elena, stage.live, question, stage.now)


def save(stage: Stage) -> None:
    knowledge.save_revision(
        stage.session, stage.elena, stage.live, "New title of it", render("New."), stage.now, language="en", based_on=1
    )


def point(stage: Stage, *, remove: bool = False) -> None:
    added = contacts.add_point(stage.session, stage.aldo, stage.contact, "email", "b@example.it", stage.now)
    if remove:
        contacts.remove_point(stage.session, stage.aldo, stage.contact, added.id, stage.now)


def external_id(stage: Stage, *, remove: bool = False) -> None:
    contacts.add_external_id(stage.session, stage.aldo, stage.contact, "C-9", stage.now)
    if remove:
        stage.session.refresh(stage.contact)
        row = stage.contact.external_ids[0]
        contacts.remove_external_id(stage.session, stage.aldo, stage.contact, row.id, stage.now)


def join(stage: Stage, *, part: bool = False) -> None:
    contacts.join_user(stage.session, stage.aldo, stage.contact, stage.carla, stage.now, "She said so")
    if part:
        contacts.part_user(stage.session, stage.aldo, stage.contact, stage.now, "She did not")


def link(stage: Stage, *, unlink: bool = False) -> None:
    made = tickets.link(stage.session, stage.aldo, stage.ticket, stage.answer, stage.now, "the same light")
    if unlink:
        tickets.unlink(stage.session, stage.aldo, made, stage.now)


def change(stage: Stage, **values: Any) -> None:
    wanted = {"status": stage.ticket.status, "assignee": stage.ticket.assignee} | values
    tickets.change_ticket(stage.session, stage.aldo, stage.ticket, stage.ticket.version, stage.now, **wanted)


def powers(stage: Stage) -> None:
    administration.change_powers(stage.session, stage.ada, stage.carla, frozenset({"agent"}), frozenset(), stage.now)


def disable(stage: Stage) -> None:
    administration.disable(stage.session, stage.ada, stage.carla, "She asked for it", stage.now)


def enable(stage: Stage) -> None:
    disable(stage)
    administration.enable(stage.session, stage.ada, stage.carla, stage.now)


def sign_out(stage: Stage) -> None:
    open_session(stage.session, stage.carla, "test", stage.now)
    administration.end_sessions_of(stage.session, stage.ada, stage.carla, stage.now)


def decide(stage: Stage, decision: str, *, undo: bool = False) -> None:
    made = moderation.decide(stage.session, stage.mia, stage.item, decision, "It sells.", stage.now)
    if undo:
        moderation.undo_decision(stage.session, stage.mia, made, stage.now)


Do = Callable[[Stage], Any]

#: The verb in the log -> the act, and the keys before and after that tell what changed.
ACTS: dict[str, tuple[Do, str, str]] = {
    "accept_answer": (
        lambda s: questions.accept_answer(s.session, s.mia, make_answer(s.session, s.carla, s.question), s.now),
        "accepted_answer_id",
        "accepted_answer_id",
    ),
    "withdraw_acceptance": (
        lambda s: questions.withdraw_acceptance(s.session, s.mia, s.answer, s.now),
        "accepted_answer_id",
        "accepted_answer_id",
    ),
    **{f"edit_{kind}": (lambda s, kind=kind: edit(s, kind), "version", "version")
       for kind in ("question", "answer", "comment")},
    **{f"hide_{kind}": (lambda s, kind=kind: s.hidden(kind), "state", "hidden_why")
       for kind in ("question", "answer", "comment")},
    **{f"delete_{kind}": (lambda s, kind=kind: s.deleted(kind), "state", "state")
       for kind in ("question", "answer", "comment")},
    **{f"restore_{kind}": (
        lambda s, kind=kind: getattr(questions, f"restore_{kind}")(s.session, s.mia, s.hidden(kind), s.now),
        "hidden_why",
        "state",
    ) for kind in ("question", "answer", "comment")},
    **{f"undelete_{kind}": (
        lambda s, kind=kind: getattr(questions, f"undelete_{kind}")(s.session, s.mia, s.deleted(kind), s.now),
        "deleted_by_id",
        "state",
    ) for kind in ("question", "answer", "comment")},
    "close_question": (lambda s: questions.close_question(s.session, s.mia, s.question, "Over.", s.now), "state", "state"),
    "reopen_question": (
        lambda s: (
            questions.close_question(s.session, s.mia, s.question, "Over.", s.now),
            questions.reopen_question(s.session, s.mia, s.question, s.now, "Not over"),
        ),
        "closed_why",
        "state",
    ),
    "decide_answer": (lambda s: decide(s, "keep"), "", "decision"),
    "undo_decision_answer": (lambda s: decide(s, "keep", undo=True), "decision", ""),
    "promote_answer": (lambda s: s.draft(), "", "answer_id"),
    "edit_article": (save, "version", "version"),
    "discard_draft": (lambda s: knowledge.discard_draft(s.session, s.elena, s.draft(), s.now), "version", ""),
    "ask_review": (lambda s: knowledge.ask_review(s.session, s.elena, s.draft(), s.now), "state", "state"),
    "approve_article": (lambda s: review(s, "approve"), "state", "version"),
    "return_article": (lambda s: review(s, "return"), "state", "state"),
    "doubt_article": (lambda s: knowledge.doubt_article(s.session, s.aldo, s.live, "Is it so?", s.now), "", ""),
    "gather_question": (gather, "", "question_id"),
    "release_question": (lambda s: gather(s, release=True), "question_id", ""),
    "archive_article": (lambda s: knowledge.archive_article(s.session, s.elena, s.live, s.now), "state", "state"),
    "restore_article": (
        lambda s: (
            knowledge.archive_article(s.session, s.elena, s.live, s.now),
            knowledge.restore_article(s.session, s.elena, s.live, s.now),
        ),
        "state",
        "state",
    ),
    "add_contact": (
        lambda s: contacts.add_contact(s.session, s.aldo, ContactDraft(name="Dora"), s.now), "", "",
    ),
    "edit_contact": (
        lambda s: contacts.edit_contact(
            s.session, s.aldo, s.contact, ContactDraft(name="Rosa Rossi"), s.contact.version, s.now
        ),
        "version",
        "fields",
    ),
    "add_point": (point, "", "kind"),
    "remove_point": (lambda s: point(s, remove=True), "kind", ""),
    "add_external_id": (external_id, "", "system"),
    "remove_external_id": (lambda s: external_id(s, remove=True), "system", ""),
    "join_user": (join, "", "user_id"),
    "part_user": (lambda s: join(s, part=True), "user_id", ""),
    "open_ticket": (lambda s: make_ticket(s.session, s.aldo, s.contact), "", "status"),
    "write_in_ticket": (
        lambda s: tickets.add_message(s.session, s.aldo, s.ticket, "note", render("She called."), s.now), "", "kind",
    ),
    "assign_ticket": (lambda s: change(s, assignee=s.aldo), "assignee_id", "assignee_id"),
    "set_ticket_status": (lambda s: change(s, status="resolved"), "status", "status"),
    "link": (link, "", "answer_id"),
    "unlink": (lambda s: link(s, unlink=True), "answer_id", ""),
    "change_powers": (powers, "roles", "roles"),
    "disable": (disable, "state", "state"),
    "enable": (enable, "state", "state"),
    "end_sessions": (sign_out, "sessions", "sessions"),
}  # fmt: skip


@pytest.mark.parametrize("verb", ACTS)
def test_an_act_of_staff_is_logged_with_before_and_after(
    session: Session, cast: dict[str, User], acted_upon: dict[str, Any], now: datetime, verb: str
) -> None:
    do, before, after = ACTS[verb]
    stage = Stage(session, now, cast, acted_upon)
    session.flush()
    known = set(session.scalars(select(StaffAct.id)))
    do(stage)
    session.flush()
    acts = [act for act in session.scalars(select(StaffAct).order_by(StaffAct.id)) if act.id not in known]
    act = next(act for act in reversed(acts) if act.verb == verb)
    assert act.actor_id in {person.id for person in (stage.mia, stage.aldo, stage.ada, stage.elena)}
    assert act.at == now
    assert not before or before in act.before, act.before
    assert not after or after in act.after, act.after
    assert act.before != act.after or verb in ("doubt_article", "add_contact")
    written = repr((act.before, act.after))
    for private in ("Unplug the antenna", "rosa@example.it", "Rosa", "b@example.it", "C-9", "She called."):
        assert private not in written


def test_staff_acting_on_their_own_text_is_no_act_of_staff(
    session: Session, cast: dict[str, User], now: datetime
) -> None:
    own = make_question(session, cast["mia"])
    questions.delete_question(session, cast["mia"], own, now)
    questions.undelete_question(session, cast["mia"], own, now)
    assert not session.scalars(select(StaffAct)).all()


@pytest.mark.parametrize("change", [update(StaffAct).values(why="Nothing happened"), delete(StaffAct)])
def test_the_database_itself_refuses_to_change_the_log(
    session: Session, cast: dict[str, User], now: datetime, change: Any
) -> None:
    questions.hide_question(session, cast["mia"], make_question(session, cast["anna"]), "It sells.", now)
    session.flush()
    with pytest.raises(DBAPIError, match="only added"), session.begin_nested():
        session.execute(change)
    assert session.scalars(select(StaffAct.why)).all() == ["It sells."]


def test_for_whoever_is_erased_an_entry_is_emptied_of_its_words_and_of_nothing_else(
    session: Session, cast: dict[str, User], now: datetime
) -> None:
    questions.hide_question(session, cast["mia"], make_question(session, cast["anna"]), "It sells.", now)
    session.flush()
    emptied = update(StaffAct).values(before={}, after={}, why="")
    with pytest.raises(DBAPIError, match="only added"), session.begin_nested():
        session.execute(emptied.values(verb="restore"))
    session.execute(emptied)
    assert session.execute(select(StaffAct.verb, StaffAct.why)).all() == [("hide_question", "")]


@pytest.fixture(params=DATABASES)
def fresh_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'fresh.sqlite'}"
        return
    server = make_engine(str(request.getfixturevalue("postgresql_url")))
    with server.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CREATE DATABASE fresh_log"))
        yield server.url.set(database="fresh_log").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE fresh_log"))
    server.dispose()


def test_the_migrations_make_the_same_guards(tmp_path: Path, fresh_database_url: str) -> None:
    chosen = dataclasses.replace(Settings(), data=tmp_path, database_url=fresh_database_url, secret_key=SECRET)
    engine = make_engine(chosen.database_url)
    try:
        database.upgrade(engine, chosen)
        with engine.execution_options(writes=True).begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO staff_acts (verb, target_kind, target_id, before, after, why, at)"
                    " VALUES ('hide', 'answer', 1, '{}', '[1]', 'It sells.', '2026-03-02 12:00:00')"
                )
            )
        for statement in ("UPDATE staff_acts SET why = ''", "DELETE FROM staff_acts"):
            with pytest.raises(DBAPIError, match="only added"), engine.execution_options(writes=True).begin() as change:
                change.execute(text(statement))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT why FROM staff_acts")) == "It sells."
        with engine.execution_options(writes=True).begin() as change:
            change.execute(text("UPDATE staff_acts SET before = '{}', after = '{}', why = ''"))
    finally:
        engine.dispose()


def test_every_verb_has_a_word_of_its_own() -> None:
    assert not [verb for verb in ACTS if not isinstance(verb_word(verb), Sentence)]
