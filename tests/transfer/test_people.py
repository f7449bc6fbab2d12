"""One person: everything kept is shown, nothing of others; erased, nothing is left, and the rest still stands."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import ApiToken, EmailChange, SignUp, StaffAct, User, UserSession
from forum.accounts.sessions import hash_token, open_session
from forum.base.causes import Cause
from forum.base.limits import Limit, count
from forum.base.once import remember_made
from forum.base.outbox import Delivery
from forum.base.parts import Parts
from forum.cli.persons import export_person, person
from forum.contacts.models import Contact
from forum.knowledge.models import Article
from forum.migrations.env import metadata
from forum.questions import actions
from forum.questions.models import Vote
from forum.tickets.actions import add_message
from forum.transfer.people.erasing import Wish, erase, forget_mail_files
from forum.transfer.people.gathering import find_person, gather, person_behind
from forum.transfer.people.policy import POLICIES
from tests.builders import (
    NOON,
    give_password,
    make_answer,
    make_article,
    make_comment,
    make_contact,
    make_flag,
    make_question,
    make_ticket,
    make_vote,
)
from tests.ground import made_once

#: Planted in everything Anna has; erased, none of it may be anywhere.
PLANTED = ("anna@example.it", "Anna", "+390651234567", "annas secret garden", "Anna Verdi")


#: Tokens that let nobody in: files are called by them.
NAMES_OF_FILES = {"pictures.token", "brands.logo_hash"}


def all_tables() -> list[Table]:
    return list(metadata().sorted_tables)


def test_every_table_has_a_policy() -> None:
    """A new table: say in `forum/transfer/people/policy.py` what becomes of it."""
    assert {table.name for table in all_tables()} == set(POLICIES)


@pytest.mark.parametrize("holder", ["users", "contacts"])
def test_every_column_that_names_a_person_has_a_policy(holder: str) -> None:
    """A new column: say whether its rows are theirs, and what becomes of them when the person is erased."""
    found = {
        f"{table.name}.{column.name}"
        for table in all_tables()
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == holder
    }
    declared = {f"{name}.{column}" for name, policy in POLICIES.items() for column in getattr(policy, holder)}
    assert declared == found


def test_every_pair_of_kind_and_number_has_a_policy() -> None:
    found = {
        table.name
        for table in all_tables()
        if any(f"{word}_kind" in table.c and f"{word}_id" in table.c for word in ("cause", "target", "made"))
    }
    declared = {name for name, policy in POLICIES.items() if policy.cause}
    assert declared == found - {"idempotency_keys"}


def test_what_lets_somebody_in_is_declared_secret() -> None:
    found = {
        f"{table.name}.{column.name}"
        for table in all_tables()
        for column in table.columns
        if column.name == "key" or any(word in column.name for word in ("hash", "token", "secret", "password"))
    }
    declared = {f"{name}.{column}" for name, policy in POLICIES.items() for column in policy.secrets}
    assert found - NAMES_OF_FILES <= declared
    for name in declared:
        table, column = name.split(".")
        assert column in metadata().tables[table].c


@made_once
def life(session: Session, cast: dict[str, User]) -> dict[str, Any]:
    """Anna has done everything one can do here, and others have had to do with her."""
    anna, bruno, aldo = cast["anna"], cast["bruno"], cast["aldo"]
    anna.about = "annas secret garden"
    give_password(session, anna, "mulino quieto trave")
    contact = make_contact(
        session, "Anna Verdi", emails=("anna@example.it",), phones=("+390651234567",), user=anna, company="Verdi"
    )
    others = make_contact(session, "Bruno Neri", emails=("bruno@example.it",), user=bruno)
    mine = make_question(session, anna, title="How do I get to annas secret garden?", text="annas secret garden")
    helped = make_answer(session, bruno, mine)
    theirs = make_question(session, bruno, title="The router of my neighbour blinks")
    given = make_answer(session, anna, theirs, text="annas secret garden has the cable.")
    alone = make_question(session, anna, title="annas secret garden again, and again")
    remark = make_comment(session, anna, theirs, text="annas secret garden")
    make_flag(session, anna, make_comment(session, bruno, mine), "other", "annas secret garden is none of his business")
    make_vote(session, anna, helped)
    make_vote(session, anna, theirs)
    make_vote(session, bruno, given)
    actions.accept_answer(session, anna, helped, NOON)
    article = make_article(session, cast["elena"], helped, reviewer=cast["mia"], title="Light in the cable")
    ticket = make_ticket(session, aldo, contact, subject="annas secret garden")
    add_message(session, aldo, ticket, "note", _rendered("She is from annas secret garden."), NOON)
    other_ticket = make_ticket(session, aldo, others, subject="Bruno's cable")
    open_session(session, anna, "annas secret garden browser", datetime.now(UTC))
    session.add(ApiToken(user_id=anna.id, name="x", token_hash="t" * 64, scopes=frozenset(("read",)), created_at=NOON))
    session.add(EmailChange(user_id=anna.id, email="other@example.it", old_email="anna@example.it", created_at=NOON))
    sign_up = SignUp(
        email="anna@example.it", name="Anna", password_hash="p", language="it", browser_hash="b", created_at=NOON
    )
    session.add(sign_up)
    session.flush()
    for payload in (f'{{"key": "k", "user_id": {anna.id}}}', f'{{"sign_up_id": {sign_up.id}}}'):
        session.add(_delivery(payload))
    session.add(_delivery(f'{{"key": "k", "user_id": {anna.id}0}}'))
    remember_made(session, f"user:{anna.id}", "k", Cause.of(mine), NOON)
    count(session, Limit("tries", 5, NOON - NOON.replace(hour=1)), hash_token("anna@example.it")[:32], NOON)
    log_staff_act(
        session, cast["ada"], "disable", Cause.of(anna), NOON, before={"name": "Anna"}, why="annas secret garden"
    )
    session.commit()
    return {
        "contact": contact, "mine": mine, "helped": helped, "theirs": theirs, "given": given, "alone": alone,
        "remark": remark, "article": article, "ticket": ticket, "other_ticket": other_ticket,
    }  # fmt: skip


def _rendered(text: str) -> Any:
    from forum.base.markup import render

    return render(text)


def _delivery(payload: str) -> Delivery:
    return Delivery(event="X", payload=payload, subscriber="x", channel="mail", created_at=NOON, run_at=NOON)


def everything(session: Session) -> str:
    """All the database holds, as text."""
    session.flush()
    return "\n".join(
        f"{table.name} {json.dumps([str(value) for value in row])}"
        for table in all_tables()
        for row in session.execute(select(table))
    )


def left_of_anna(session: Session, *besides: str) -> list[str]:
    return [
        line
        for line in everything(session).splitlines()
        if any(word in line for word in PLANTED) and not line.startswith(besides or ("nothing",))
    ]


def test_everything_about_her_is_gathered_and_nothing_of_others(
    session: Session, anna: User, life: dict[str, Any]
) -> None:
    rows = gather(session, find_person(session, "anna@example.it"), for_themselves=False)
    told = json.dumps(rows)
    for word in PLANTED:
        assert word in told
    assert {
        "users",
        "user_sessions",
        "api_tokens",
        "email_changes",
        "sign_ups",
        "questions",
        "answers",
        "comments",
    } <= set(rows)
    assert {"votes", "contacts", "contact_points", "tickets", "ticket_messages", "timeline_entries"} <= set(rows)
    assert "argon2" not in told
    assert "t" * 64 not in told
    for foreign in ("Bruno", "bruno@example.it", life["helped"].text, "neighbour"):
        assert foreign not in told
    assert any(row["kind"] == "note" for row in rows["ticket_messages"])


def test_she_herself_reads_no_notes_of_staff(session: Session, anna: User, life: dict[str, Any]) -> None:
    rows = gather(session, person_behind(session, anna), for_themselves=True)
    assert "She is from" not in json.dumps(rows)
    assert "tier" not in rows["contacts"][0]


def test_erased_with_all_nothing_is_left_and_the_rest_stands(
    session: Session, cast: dict[str, User], life: dict[str, Any], carry: Callable[[], None], parts: Parts
) -> None:
    bruno_standing, score = cast["bruno"].standing, life["helped"].score
    assert left_of_anna(session)
    person_found = find_person(session, "anna@example.it")
    erase(session, person_found, Wish(posts_removed=True, with_contact=True), NOON, "en", cast["ada"])
    session.commit()
    assert left_of_anna(session) == []
    session.expire_all()
    assert (cast["bruno"].standing, life["helped"].score) == (bruno_standing, score)
    assert life["helped"].up_count == 0
    assert life["helped"].imported_up == 1
    assert life["mine"].is_public and life["mine"].title == "Removed at the wish of whoever wrote it"
    assert life["alone"].is_deleted and life["given"].is_deleted and life["remark"].is_deleted
    assert life["theirs"].answer_count == 0
    assert life["helped"].is_accepted
    assert session.scalar(select(func.count()).select_from(Article)) == 1
    assert life["other_ticket"].subject == "Bruno's cable"
    assert (
        session.scalar(select(func.count()).select_from(Delivery).where(Delivery.payload.like(f"%{cast['anna'].id}0%")))
        == 1
    )
    assert session.scalar(select(StaffAct.verb).order_by(StaffAct.id.desc())) == "erase_person"
    carry()
    again = find_person(session, "anna@example.it")
    assert not again.is_known


def test_erased_alone_her_texts_stay_and_say_nothing_of_her(
    session: Session, anna: User, life: dict[str, Any], browser: Any, carry: Callable[[], None]
) -> None:
    before = session.scalar(select(func.count()).select_from(Vote))
    erase(session, find_person(session, "anna@example.it"), Wish(), NOON, "en")
    session.commit()
    assert (anna.name, anna.email, anna.password_hash, anna.about) == ("Former member", None, None, "")
    assert before == 3 and session.scalar(select(func.count()).select_from(Vote)) == 1
    assert life["mine"].text == "annas secret garden" and life["mine"].is_public
    contact = session.get_one(Contact, life["contact"].id)
    assert (contact.user_id, contact.name) == (None, "Anna Verdi")
    assert all(point.verified_at is None for point in contact.points)
    left = left_of_anna(session, "questions", "answers", "comments", "revisions", "article", "contact", "ticket")
    assert [line for line in left if not line.startswith("timeline_entries") or "Anna" in line] == []
    carry()
    page = browser(None).get(f"/questions/{life['mine'].id}", follow_redirects=True).text
    assert "Former member" in page and ">Anna<" not in page


def test_she_is_out_at_once(session: Session, anna: User, life: dict[str, Any], browser: Any) -> None:
    page = browser(anna)
    assert page.get("/account/settings").status_code == 200
    erase(session, find_person(session, "anna@example.it"), Wish(), NOON, "en")
    session.commit()
    assert page.get("/account/settings").status_code == 303
    assert session.scalars(select(UserSession).where(UserSession.user_id == anna.id)).all() == []


@pytest.fixture
def run(parts: Parts) -> Callable[..., Result]:
    return lambda *arguments, **more: CliRunner().invoke(person, list(arguments), obj=lambda: parts, **more)


def test_the_command_says_what_it_means_and_asks(
    run: Callable[..., Result], session: Session, anna: User, life: dict[str, Any]
) -> None:
    asked = run("erase", "Anna@Example.it", input="n\n")
    assert asked.exit_code == 1
    assert "2 questions kept without a name" in asked.output and "--contact" in asked.output
    session.expire_all()
    assert anna.email == "anna@example.it"
    done = run("erase", "anna@example.it", "--posts", "remove", "--contact", "--yes")
    assert done.exit_code == 0, done.output
    assert left_of_anna(session) == []
    again = run("erase", "anna@example.it", "--yes")
    assert again.exit_code == 0 and "Nothing is kept" in again.output


def test_the_last_administrator_is_refused(run: Callable[..., Result], session: Session, ada: User) -> None:
    refused = run("erase", "ada@example.it", "--yes")
    assert refused.exit_code == 1 and "last administrator" in str(refused.exception)
    session.expire_all()
    assert ada.email == "ada@example.it"


def test_the_export_of_a_person_is_two_files_for_their_owner(
    run: Callable[..., Result], life: dict[str, Any], tmp_path: Path
) -> None:
    assert export_person.name == "export"
    done = run("export", "anna@example.it", str(tmp_path / "anna"))
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "anna" / "person.json").read_text())
    assert told["kept"]["users"][0]["email"] == "anna@example.it"
    page = (tmp_path / "anna" / "person.html").read_text()
    assert "annas secret garden" in page and "<script" not in page
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "anna").iterdir()} == {0o600}
    assert run("export", "anna@example.it", str(tmp_path / "anna")).exit_code == 1
    assert run("export", "nobody@example.it", str(tmp_path / "x")).exit_code == 1


def test_mails_that_were_written_as_files_go_too(tmp_path: Path) -> None:
    for number, to in enumerate(("anna@example.it", "Anna@example.it", "joanna@example.it")):
        (tmp_path / f"{number}.eml").write_text(f"To: {to}\nSubject: x\n\nbody\n")
    assert forget_mail_files(tmp_path, "anna@example.it") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["2.eml"]
