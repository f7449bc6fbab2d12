"""Who may do what, one row for each of the cast; yes and no share their setup."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, Reader, User
from forum.base.verdicts import Verdict
from forum.questions import actions, rules
from forum.questions.models import Answer, Comment, Question, Revision
from tests.builders import make_answer, make_comment, make_question
from tests.ground import made_once

#: anna asked and bruno answered and commented.
EVERYBODY = ("anna", "bruno", "carla", "aldo", "mia", "ada", "visitor")
STAFF = {"aldo", "mia", "ada"}
MODERATORS = {"mia", "ada"}
SIGNED_IN = set(EVERYBODY) - {"visitor"}

Posts = tuple[Question, Answer, Comment]
Rule = Callable[[Reader, Question, Answer, Comment], Verdict]

TABLE: list[tuple[str, Rule, set[str]]] = [
    ("ask", lambda who, q, a, c: rules.may_ask(who), SIGNED_IN),
    ("answer", lambda who, q, a, c: rules.may_answer(who, q), SIGNED_IN),
    ("comment on a question", lambda who, q, a, c: rules.may_comment(who, q), SIGNED_IN),
    ("comment on an answer", lambda who, q, a, c: rules.may_comment(who, q, a), SIGNED_IN),
    ("vote on the question", lambda who, q, a, c: rules.may_vote(who, q), SIGNED_IN - {"anna"}),
    ("vote on the answer", lambda who, q, a, c: rules.may_vote(who, a), SIGNED_IN - {"bruno"}),
    ("accept", lambda who, q, a, c: rules.may_accept(who, a), {"anna"} | STAFF),
    ("withdraw", lambda who, q, a, c: rules.may_withdraw_acceptance(who, a), {"anna"} | STAFF),
    ("edit the question", lambda who, q, a, c: rules.may_edit_question(who, q), {"anna"} | MODERATORS),
    ("edit the answer", lambda who, q, a, c: rules.may_edit_answer(who, a), {"bruno"} | MODERATORS),
    ("edit the comment", lambda who, q, a, c: rules.may_edit_comment(who, c), {"bruno"} | MODERATORS),
    ("delete the answered question", lambda who, q, a, c: rules.may_delete_question(who, q), MODERATORS),
    ("delete the answer", lambda who, q, a, c: rules.may_delete_answer(who, a), {"bruno"} | MODERATORS),
    ("delete the comment", lambda who, q, a, c: rules.may_delete_comment(who, c), {"bruno"} | MODERATORS),
    ("hide", lambda who, q, a, c: rules.may_hide(who), MODERATORS),
    ("restore", lambda who, q, a, c: rules.may_restore(who), MODERATORS),
    ("say me too", lambda who, q, a, c: rules.may_say_me_too(who, q), SIGNED_IN - {"anna"}),
    ("withdraw me too", lambda who, q, a, c: rules.may_withdraw_me_too(who), SIGNED_IN),
    ("follow", lambda who, q, a, c: rules.may_follow(who), SIGNED_IN),
    ("ask for help again", lambda who, q, a, c: rules.may_ask_for_help_again(who, q), {"anna"}),
    ("describe a tag", lambda who, q, a, c: rules.may_describe_tag(who), MODERATORS),
    ("roll back", lambda who, q, a, c: rules.may_roll_back(who, q, Revision(number=0)), {"anna"} | MODERATORS),
    (
        "roll back an answer",
        lambda who, q, a, c: rules.may_roll_back(who, a, Revision(number=0)),
        {"bruno"} | MODERATORS,
    ),
    ("redact", lambda who, q, a, c: rules.may_redact(who, q, Revision(number=0)), MODERATORS),
    ("close", lambda who, q, a, c: rules.may_close(who), MODERATORS),
    ("reopen", lambda who, q, a, c: rules.may_reopen(who), MODERATORS),
    ("keep the products", lambda who, q, a, c: rules.may_keep_products(who), {"ada"}),
    ("keep the tags", lambda who, q, a, c: rules.may_keep_tags(who), MODERATORS),
]


@made_once
def posts(session: Session, anna: User, bruno: User) -> Posts:
    question = make_question(session, anna)
    answer = make_answer(session, bruno, question)
    return question, answer, make_comment(session, bruno, answer)


def allowed(cast: dict[str, User], rule: Rule, posts: Posts) -> set[str]:
    people: dict[str, Reader] = {**cast, "visitor": VISITOR}
    verdicts = {who: rule(people[who], *posts) for who in EVERYBODY}
    assert all(str(verdict.reason).endswith(".") for verdict in verdicts.values() if not verdict)
    return {who for who, verdict in verdicts.items() if verdict}


@pytest.mark.parametrize("what, rule, who", TABLE, ids=[row[0] for row in TABLE])
def test_who_may(cast: dict[str, User], posts: Posts, what: str, rule: Rule, who: set[str]) -> None:
    assert allowed(cast, rule, posts) == who


@pytest.mark.parametrize("ending", ["hidden", "deleted"])
@pytest.mark.parametrize("what, rule, who", TABLE[1:10], ids=[row[0] for row in TABLE[1:10]])
def test_what_was_removed_takes_nothing_more(
    session: Session,
    cast: dict[str, User],
    posts: Posts,
    ending: str,
    what: str,
    rule: Rule,
    who: set[str],
    now: datetime,
) -> None:
    question, answer, _ = posts
    if ending == "hidden":
        actions.hide_answer(session, cast["mia"], answer, "Sells something", now)
        actions.hide_question(session, cast["mia"], question, "Sells something", now)
    else:
        actions.delete_answer(session, cast["mia"], answer, now)
        actions.delete_question(session, cast["mia"], question, now)
    still = {"withdraw"} | ({"edit the question", "edit the answer"} if ending == "hidden" else set())
    assert allowed(cast, rule, posts) == (who if what in still else set())


def test_answers_of_a_removed_question_take_no_votes(
    session: Session, cast: dict[str, User], posts: Posts, now: datetime
) -> None:
    question, answer, _ = posts
    assert rules.may_vote(cast["mia"], answer)
    actions.delete_question(session, cast["mia"], question, now)
    assert not rules.may_vote(cast["mia"], answer)


@pytest.mark.parametrize("who, may", [("anna", False), ("bruno", False), ("mia", True), ("aldo", True)])
def test_only_staff_comment_on_a_closed_question(
    session: Session, cast: dict[str, User], posts: Posts, who: str, may: bool, now: datetime
) -> None:
    question, answer, _ = posts
    assert rules.may_comment(cast[who], question, answer)
    actions.close_question(session, cast["mia"], question, "Moved", now)
    assert bool(rules.may_comment(cast[who], question, answer)) is may
    assert not rules.may_answer(cast[who], question)


def test_an_own_question_can_be_deleted_while_nobody_answered(
    session: Session, cast: dict[str, User], now: datetime
) -> None:
    question = make_question(session, cast["anna"])
    assert rules.may_delete_question(cast["anna"], question)
    assert not rules.may_delete_question(cast["bruno"], question)
    make_answer(session, cast["bruno"], question)
    assert not rules.may_delete_question(cast["anna"], question)


@pytest.mark.parametrize("deleter, back", [("bruno", {"bruno"} | MODERATORS), ("mia", MODERATORS)])
def test_who_brings_back_what_was_deleted(
    session: Session, cast: dict[str, User], posts: Posts, deleter: str, back: set[str], now: datetime
) -> None:
    _, answer, _ = posts
    actions.delete_answer(session, cast[deleter], answer, now)
    assert allowed(cast, lambda who, q, a, c: rules.may_undelete(who, a), posts) == back


@pytest.mark.parametrize(
    "who, sees", [("bruno", True), ("mia", True), ("anna", False), ("aldo", False), ("visitor", False)]
)
def test_who_still_sees_what_was_removed(
    session: Session, cast: dict[str, User], posts: Posts, who: str, sees: bool, now: datetime
) -> None:
    _, answer, _ = posts
    reader: Reader = {**cast, "visitor": VISITOR}[who]
    assert rules.may_see(reader, answer)
    actions.hide_answer(session, cast["mia"], answer, "Sells something", now)
    assert rules.may_see(reader, answer) is sees


def test_every_rule_is_in_a_table() -> None:
    import inspect
    from pathlib import Path

    source = Path(__file__).read_text(encoding="utf-8")
    named = [name for name, _ in inspect.getmembers(rules, inspect.isfunction) if name.startswith("may_")]
    assert [name for name in named if f"rules.{name}(" not in source] == []
