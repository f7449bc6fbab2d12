"""Every rule as a table: who may, in which state."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, Reader, User
from forum.base.verdicts import Verdict
from forum.knowledge import rules
from forum.knowledge.models import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED, Article, ArticleRevision
from forum.questions.models import Answer, Question
from tests.conftest import NOON

NOBODY: frozenset[int] = frozenset()


def who(cast: dict[str, User], name: str) -> Reader:
    return VISITOR if name == "visitor" else cast[name]


def in_state(state: str, *, was_live: bool = False) -> Article:
    article = Article(state=state, title="A title", source_answer=None)
    article.archived_at = NOON if state == ARCHIVED else None
    if was_live or state == PUBLISHED:
        article.published_id = 1
        article.published = ArticleRevision(number=1, title="A title")
    return article


EDITORS = [
    ("visitor", False),
    ("anna", False),
    ("carla", False),
    ("aldo", False),
    ("ada", False),
    ("mia", True),
    ("elena", True),
]


@pytest.mark.parametrize(("name", "allowed"), EDITORS)
def test_who_works_on_the_knowledge_base(cast: dict[str, User], answer: Answer, name: str, allowed: bool) -> None:
    actor = who(cast, name)
    verdicts: list[Verdict] = [
        rules.may_write(actor),
        rules.may_promote(actor, answer),
        rules.may_edit(actor, in_state(DRAFT)),
        rules.may_ask_review(actor, in_state(DRAFT)),
        rules.may_approve(actor, in_state(IN_REVIEW), NOBODY, asks=False),
        rules.may_return(actor, in_state(IN_REVIEW), NOBODY),
        rules.may_archive(actor, in_state(PUBLISHED)),
        rules.may_restore(actor, in_state(ARCHIVED)),
        rules.may_discard(actor, in_state(DRAFT)),
        rules.may_gather(actor, in_state(DRAFT), answer.question),
        rules.may_release(actor, in_state(DRAFT), answer.question),
    ]
    assert [bool(verdict) for verdict in verdicts] == [allowed] * len(verdicts)
    assert all(verdict.reason is None or str(verdict.reason) for verdict in verdicts)


@pytest.mark.parametrize(
    ("name", "live", "hidden"),
    [("visitor", True, False), ("anna", True, False), ("aldo", True, True), ("ada", True, True), ("elena", True, True)],
)
def test_who_reads_an_article(cast: dict[str, User], name: str, live: bool, hidden: bool) -> None:
    reader = who(cast, name)
    assert bool(rules.may_read_article(reader, in_state(PUBLISHED))) is live
    assert bool(rules.may_read_article(reader, in_state(DRAFT, was_live=True))) is live
    assert bool(rules.may_see_drafts(reader)) is hidden
    for state, was_live in ((DRAFT, False), (IN_REVIEW, False), (ARCHIVED, True)):
        assert bool(rules.may_read_article(reader, in_state(state, was_live=was_live))) is hidden


@pytest.mark.parametrize(
    ("name", "allowed"), [("visitor", False), ("anna", False), ("aldo", True), ("ada", True), ("elena", True)]
)
def test_who_may_doubt_an_article(cast: dict[str, User], name: str, allowed: bool) -> None:
    assert bool(rules.may_doubt(who(cast, name), in_state(PUBLISHED))) is allowed
    assert not rules.may_doubt(who(cast, name), in_state(DRAFT))


@pytest.mark.parametrize(("name", "allowed"), EDITORS)
def test_who_goes_back_to_an_earlier_text(cast: dict[str, User], name: str, allowed: bool) -> None:
    article = in_state(DRAFT)
    article.version = 3
    actor = who(cast, name)
    assert bool(rules.may_roll_back(actor, article, ArticleRevision(number=1))) is allowed
    assert not rules.may_roll_back(actor, article, ArticleRevision(number=3))
    assert not rules.may_roll_back(actor, article, ArticleRevision(number=1, redacted_at=NOON))


@pytest.mark.parametrize(("name", "allowed"), [("visitor", False), ("anna", False), ("elena", False), ("mia", True)])
def test_who_removes_the_words_of_an_earlier_text(cast: dict[str, User], name: str, allowed: bool) -> None:
    article = in_state(PUBLISHED)
    article.version = 3
    actor = who(cast, name)
    assert bool(rules.may_redact(actor, article, ArticleRevision(id=7, number=2))) is allowed
    assert not rules.may_redact(actor, article, ArticleRevision(id=1, number=2))
    assert not rules.may_redact(actor, article, ArticleRevision(id=7, number=3))


def spoil(answer: Answer, how: str) -> None:
    if how == "not accepted":
        answer.accepted_at = None
    elif how == "hidden":
        answer.hidden_at = NOON
    elif how == "deleted":
        answer.deleted_at = NOON
    elif how == "question hidden":
        answer.question.hidden_at = NOON
    elif how == "question deleted":
        answer.question.deleted_at = NOON


@pytest.mark.parametrize(
    ("how", "allowed"),
    [
        ("as it is", True),
        ("not accepted", False),
        ("hidden", False),
        ("deleted", False),
        ("question hidden", False),
        ("question deleted", False),
    ],
)
def test_what_can_be_promoted(answer: Answer, elena: User, how: str, allowed: bool) -> None:
    spoil(answer, how)
    assert bool(rules.may_promote(elena, answer)) is allowed


Rule = Callable[[User, Article], Verdict]


def approve(actor: User, article: Article) -> Verdict:
    return rules.may_approve(actor, article, NOBODY, asks=False)


def reaffirm(actor: User, article: Article) -> Verdict:
    return rules.may_approve(actor, article, NOBODY, asks=True)


def give_back(actor: User, article: Article) -> Verdict:
    return rules.may_return(actor, article, NOBODY)


@pytest.mark.parametrize(
    ("rule", "states"),
    [
        (rules.may_edit, {DRAFT, IN_REVIEW, PUBLISHED}),
        (rules.may_ask_review, {DRAFT}),
        (approve, {IN_REVIEW}),
        (reaffirm, {IN_REVIEW, PUBLISHED}),
        (give_back, {IN_REVIEW}),
        (rules.may_archive, {DRAFT, IN_REVIEW, PUBLISHED}),
        (rules.may_restore, {ARCHIVED}),
        (rules.may_discard, {DRAFT, IN_REVIEW}),
    ],
)
def test_what_is_possible_in_which_state(elena: User, rule: Rule, states: set[str]) -> None:
    possible = {state for state in (DRAFT, IN_REVIEW, PUBLISHED, ARCHIVED) if rule(elena, in_state(state))}
    assert possible == states


def test_whoever_wrote_it_does_not_review_it(elena: User, mia: User) -> None:
    for article, asks in ((in_state(IN_REVIEW), False), (in_state(PUBLISHED), True)):
        assert not rules.may_approve(elena, article, {elena.id}, asks)
        assert rules.may_approve(mia, article, {elena.id}, asks)
    assert not rules.may_return(elena, in_state(IN_REVIEW), {elena.id})
    assert rules.may_return(mia, in_state(IN_REVIEW), {elena.id})


def test_whoever_answered_does_not_review_what_was_made_of_it(
    session: Session, bruno: User, elena: User, draft: Article
) -> None:
    bruno.rights = frozenset({"editor"})
    session.flush()
    draft.state = IN_REVIEW
    assert not rules.may_approve(bruno, draft, NOBODY, asks=False)
    assert rules.may_approve(elena, draft, NOBODY, asks=False)


def test_questions_come_and_go_but_the_source_stays(
    session: Session, elena: User, draft: Article, answer: Answer
) -> None:
    other = Question(asker_id=elena.id, title="Another question")
    assert rules.may_gather(elena, draft, other)
    assert rules.may_release(elena, draft, other)
    assert not rules.may_release(elena, draft, answer.question)
    other.hidden_at = NOON + timedelta(days=1)
    assert not rules.may_gather(elena, draft, other)
    draft.state = ARCHIVED
    other.hidden_at = None
    assert not rules.may_gather(elena, draft, other)
    assert not rules.may_release(elena, draft, other)
