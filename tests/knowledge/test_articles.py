"""An article's life: promoted, written, reviewed by another, published, doubted, put away."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, StaffAct, StandingEntry, User
from forum.base.errors import Conflict, Invalid, NotFound, Refused
from forum.base.markup import render
from forum.contacts.models import Contact, TimelineEntry
from forum.knowledge import actions, queries
from forum.knowledge.models import (
    ARCHIVED,
    DRAFT,
    IN_REVIEW,
    PUBLISHED,
    Article,
    ArticleQuestion,
    ArticleRevision,
    Credit,
    Review,
)
from forum.knowledge.sources import Source
from forum.questions.actions import edit_answer
from forum.questions.models import Answer
from tests.builders import make_answer, make_article, make_question
from tests.conftest import NOON

LATER = NOON + timedelta(hours=1)


def save(session: Session, actor: User, article: Article, text: str, **values: object) -> ArticleRevision:
    return actions.save_revision(
        session,
        actor,
        article,
        str(values.get("title", article.title)),
        render(text),
        LATER,
        language="en",
        based_on=int(str(values.get("based_on", article.version))),
    )


def public_text(session: Session, article: Article) -> str | None:
    """What a visitor reads."""
    try:
        found = queries.find_article(session, VISITOR, article.id)
    except NotFound:
        return None
    assert found.published is not None
    return found.published.text


def test_a_promoted_answer_keeps_its_source_and_names_whose_work_it_is(
    session: Session, draft: Article, answer: Answer, anna: User, bruno: User, elena: User
) -> None:
    assert (draft.state, draft.version, draft.language) == (DRAFT, 1, "en")
    assert (draft.source_answer_id, draft.source_version, draft.source_state) == (answer.id, answer.version, "accepted")
    assert [(credit.part, credit.user.name) for credit in queries.list_credits(session, draft)] == [
        ("answered", "Bruno"),
        ("asked", "Anna"),
    ]
    assert [question.id for question in queries.questions_of(session, elena, draft)] == [answer.question_id]


def test_the_draft_is_composed_of_problem_and_solution(session: Session, answer: Answer) -> None:
    composed = queries.compose_draft(answer, "en")
    assert composed.title == answer.question.title
    assert composed.text.index(answer.question.text) < composed.text.index(answer.text)
    answer.question.text = "x" * 29_990
    assert queries.compose_draft(answer, "en").text == answer.text


def test_an_answer_becomes_one_article_however_often_it_is_promoted(
    session: Session, draft: Article, answer: Answer, mia: User, anna: User
) -> None:
    again = actions.promote_answer(session, mia, answer, "Another title", render("Another text"), LATER, language="it")
    assert again is draft
    assert session.scalar(select(func.count()).select_from(Article)) == 1
    with pytest.raises(Refused):
        actions.promote_answer(session, anna, answer, "Another title", render("Text"), LATER, language="it")


def test_nobody_sees_a_draft_but_editors_and_staff(session: Session, draft: Article, cast: dict[str, User]) -> None:
    for reader in (VISITOR, cast["anna"], cast["bruno"]):
        with pytest.raises(NotFound):
            queries.find_article(session, reader, draft.id)
    for name in ("elena", "mia", "aldo", "ada"):
        assert queries.find_article(session, cast[name], draft.id) is draft


def test_another_editor_publishes_and_the_published_text_stays_until_the_next(
    session: Session, draft: Article, elena: User, mia: User
) -> None:
    actions.ask_review(session, elena, draft, NOON)
    assert (draft.state, public_text(session, draft)) == (IN_REVIEW, None)
    with pytest.raises(Refused):
        actions.review_article(session, elena, draft, "approve", "", LATER, version=1)
    actions.review_article(session, mia, draft, "approve", "", LATER, version=1)
    first = public_text(session, draft)
    assert (draft.state, draft.published_at, draft.checked_at) == (PUBLISHED, LATER, LATER)
    save(session, mia, draft, "A newer text", title="A newer title")
    assert (draft.state, public_text(session, draft), draft.slug) == (
        DRAFT,
        first,
        "the-router-shows-a-red-light-since-the-storm",
    )
    actions.ask_review(session, mia, draft, LATER)
    with pytest.raises(Refused):
        actions.review_article(session, mia, draft, "approve", "", LATER, version=2)
    actions.review_article(session, elena, draft, "approve", "", LATER, version=2)
    assert (public_text(session, draft), draft.slug) == ("A newer text", "a-newer-title")


def test_a_returned_article_is_a_draft_again_with_the_comment(
    session: Session, draft: Article, elena: User, mia: User
) -> None:
    actions.ask_review(session, elena, draft, NOON)
    with pytest.raises(Invalid):
        actions.review_article(session, mia, draft, "return", "", LATER, version=1)
    actions.review_article(session, mia, draft, "return", "Say which models.", LATER, version=1)
    assert draft.state == DRAFT
    (review,) = queries.list_reviews(session, draft)
    assert (review.outcome, review.comment, review.reviewer) == ("return", "Say which models.", mia)
    actions.ask_review(session, elena, draft, LATER)
    assert len(queries.list_reviews(session, draft)) == 2


def test_an_unknown_outcome_is_refused(session: Session, draft: Article, elena: User, mia: User) -> None:
    actions.ask_review(session, elena, draft, NOON)
    with pytest.raises(Invalid):
        actions.review_article(session, mia, draft, "burn", "", LATER, version=1)
    assert draft.state == IN_REVIEW


def test_an_edit_takes_the_article_out_of_review(session: Session, draft: Article, elena: User, mia: User) -> None:
    actions.ask_review(session, elena, draft, NOON)
    save(session, elena, draft, "Quickly changed before anybody looks")
    assert draft.state == DRAFT
    assert [review.outcome for review in queries.list_reviews(session, draft)] == ["withdrawn"]
    actions.ask_review(session, elena, draft, LATER)
    with pytest.raises(Conflict):
        actions.review_article(session, mia, draft, "approve", "", LATER, version=1)
    assert public_text(session, draft) is None


def test_two_who_began_from_the_same_revision_do_not_overwrite_each_other(
    session: Session, draft: Article, elena: User, mia: User
) -> None:
    save(session, elena, draft, "Elena was quicker", based_on=1)
    with pytest.raises(Conflict):
        save(session, mia, draft, "Mia was slower", based_on=1)
    save(session, mia, draft, "Mia looked and wrote again", based_on=2)
    texts = session.scalars(select(ArticleRevision.text).order_by(ArticleRevision.number)).all()
    assert texts[1:] == ["Elena was quicker", "Mia looked and wrote again"]


@pytest.mark.parametrize(
    ("title", "text"),
    [("Shrt", "Text"), ("x" * 201, "Text"), ("A good title", ""), ("A good title", "  ")],
)
def test_what_cannot_be_saved_changes_nothing(
    session: Session, elena: User, answer: Answer, title: str, text: str
) -> None:
    article = make_article(session, elena, answer, title="A good title", text="same")
    with pytest.raises(Invalid):
        save(session, elena, article, text, title=title)
    assert (article.version, article.state, article.title) == (1, DRAFT, "A good title")


def test_what_changes_nothing_is_no_revision(session: Session, elena: User, answer: Answer) -> None:
    article = make_article(session, elena, answer, title="A good title", text="same")
    actions.ask_review(session, elena, article, NOON)
    assert save(session, elena, article, "same", title="A good title").number == 1
    assert (article.version, article.state) == (1, IN_REVIEW)


def test_publishing_thanks_once(session: Session, live: Article, answer: Answer, elena: User, mia: User) -> None:
    promoted = select(StandingEntry).where(StandingEntry.reason == actions.PROMOTED)
    (entry,) = session.scalars(promoted).all()
    assert (entry.user_id, entry.points) == (answer.author_id, actions.PROMOTED_POINTS)
    save(session, mia, live, "Better")
    actions.ask_review(session, mia, live, LATER)
    actions.review_article(session, elena, live, "approve", "", LATER, version=2)
    assert len(session.scalars(promoted).all()) == 1


def test_publishing_stands_on_the_timelines_of_asker_and_author(
    session: Session, draft: Article, elena: User, mia: User, anna: User, bruno: User
) -> None:
    for user in (anna, bruno):
        session.add(Contact(name=user.name, user_id=user.id, created_at=NOON))
    session.flush()
    entries = select(TimelineEntry).where(TimelineEntry.kind == "promoted").order_by(TimelineEntry.contact_id)
    actions.ask_review(session, elena, draft, NOON)
    assert session.scalars(entries).all() == []
    actions.review_article(session, mia, draft, "approve", "", LATER, version=1)
    written = session.scalars(entries).all()
    assert [(entry.cause_kind, entry.cause_id, entry.details["part"]) for entry in written] == [
        ("article", draft.id, "asked"),
        ("article", draft.id, "answered"),
    ]


def test_what_changed_after_the_reviewer_looked_asks_for_the_next_review(
    session: Session, draft: Article, answer: Answer, bruno: User, elena: User, mia: User
) -> None:
    actions.ask_review(session, elena, draft, NOON)
    seen = Source(answer.version, "accepted")
    edit_answer(session, bruno, answer, render("Pull the cable for an hour."), answer.version, LATER)
    actions.review_article(session, mia, draft, "approve", "", LATER, version=1, seen=seen)
    assert draft.state == PUBLISHED
    page = queries.list_articles(session, elena, queries.ASKS, LATER)
    assert [article.id for article in page.items] == [draft.id]


# -- the questions it answers


def test_a_gathered_question_names_its_asker_until_it_is_released(
    session: Session, live: Article, carla: User, elena: User, answer: Answer
) -> None:
    other = make_question(session, carla, title="Red light on the box, what now?")
    for _ in range(2):
        actions.gather_question(session, elena, live, other, LATER)
    assert len(queries.questions_of(session, VISITOR, live)) == 2
    assert {credit.user.name for credit in queries.list_credits(session, live)} == {"Anna", "Bruno", "Carla"}
    assert queries.live_article_of(session, [other.id, answer.question_id, 999]) == {
        other.id: live,
        answer.question_id: live,
    }
    for _ in range(2):
        actions.release_question(session, elena, live, other, LATER)
    assert len(queries.questions_of(session, VISITOR, live)) == 1
    assert {credit.user.name for credit in queries.list_credits(session, live)} == {"Anna", "Bruno"}
    with pytest.raises(Refused):
        actions.release_question(session, elena, live, answer.question, LATER)


def test_a_hidden_question_is_not_among_those_an_article_answers(
    session: Session, live: Article, answer: Answer, mia: User
) -> None:
    answer.question.hidden_at = LATER
    session.flush()
    assert queries.questions_of(session, VISITOR, live) == []
    assert [question.id for question in queries.questions_of(session, mia, live)] == [answer.question_id]


def test_a_question_shows_its_live_article_and_editors_also_a_coming_one(
    session: Session, draft: Article, elena: User, mia: User, answer: Answer
) -> None:
    assert queries.article_for_question(session, VISITOR, answer.question_id) is None
    assert queries.live_article_of(session, [answer.question_id]) == {}
    assert queries.article_for_question(session, elena, answer.question_id) is draft
    actions.ask_review(session, elena, draft, NOON)
    actions.review_article(session, mia, draft, "approve", "", LATER, version=1)
    assert queries.article_for_question(session, VISITOR, answer.question_id) is draft
    actions.archive_article(session, elena, draft, LATER)
    assert queries.article_for_question(session, elena, answer.question_id) is None


# -- away and back


def test_the_archive_hides_and_gives_back(session: Session, live: Article, elena: User) -> None:
    text = public_text(session, live)
    actions.archive_article(session, elena, live, LATER, why="No longer sold")
    assert (live.state, public_text(session, live)) == (ARCHIVED, None)
    assert queries.find_withdrawn(session, live.id) is live
    actions.restore_article(session, elena, live, LATER)
    assert (live.state, public_text(session, live)) == (PUBLISHED, text)
    with pytest.raises(NotFound):
        queries.find_withdrawn(session, live.id)
    acts = session.scalars(select(StaffAct).order_by(StaffAct.id)).all()
    assert [(act.verb, act.why) for act in acts][-2:] == [
        ("archive_article", "No longer sold"),
        ("restore_article", ""),
    ]


def test_an_archived_draft_is_no_withdrawn_article_and_comes_back_as_a_draft(
    session: Session, draft: Article, elena: User
) -> None:
    actions.ask_review(session, elena, draft, NOON)
    actions.archive_article(session, elena, draft, LATER)
    with pytest.raises(NotFound):
        queries.find_withdrawn(session, draft.id)
    assert queries.open_review(session, draft) is None
    actions.restore_article(session, elena, draft, LATER)
    assert draft.state == DRAFT


def test_a_discarded_draft_leaves_nothing_and_its_answer_can_be_promoted_again(
    session: Session, draft: Article, elena: User, answer: Answer
) -> None:
    actions.ask_review(session, elena, draft, NOON)
    assert actions.discard_draft(session, elena, draft, LATER) is False
    for model in (Article, ArticleRevision, ArticleQuestion, Credit, Review):
        assert session.scalar(select(func.count()).select_from(model)) == 0
    assert make_article(session, elena, answer).version == 1


def test_discarding_what_is_newer_goes_back_to_the_published_text(
    session: Session, live: Article, elena: User, mia: User
) -> None:
    before = public_text(session, live)
    save(session, elena, live, "An idea that came to nothing")
    assert actions.discard_draft(session, elena, live, LATER) is True
    assert (live.state, live.version, public_text(session, live)) == (PUBLISHED, 3, before)
    assert queries.writers_since_publication(session, live) == frozenset()


# -- lists


def test_candidates_come_best_first_and_only_those_that_can_be_promoted(
    session: Session, answer: Answer, anna: User, bruno: User, carla: User, elena: User
) -> None:
    better = make_answer(session, bruno, make_question(session, anna), accepted=True)
    better.score = 7
    hidden = make_answer(session, bruno, make_question(session, carla), accepted=True)
    hidden.question.hidden_at = NOON
    make_answer(session, carla, make_question(session, anna))
    made = make_answer(session, carla, make_question(session, bruno), accepted=True)
    make_article(session, elena, made)
    session.flush()
    found, cursor = [], None
    while True:
        page = queries.list_candidates(session, elena, cursor, size=1)
        found += [candidate.answer.id for candidate in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == [better.id, answer.id]
    with pytest.raises(Refused):
        queries.list_candidates(session, anna)


def test_the_lists_hold_what_their_counts_say(
    session: Session, live: Article, anna: User, bruno: User, elena: User
) -> None:
    other = make_article(session, elena, make_answer(session, bruno, make_question(session, anna), accepted=True))
    counts = queries.count_by_state(session, NOON)
    assert counts == {DRAFT: 1, IN_REVIEW: 0, PUBLISHED: 1, ARCHIVED: 0, queries.ASKS: 0}
    for state, number in counts.items():
        assert len(queries.list_articles(session, elena, state, NOON).items) == number
    assert [article.id for article in queries.list_live(session).items] == [live.id]
    assert queries.list_articles(session, elena, DRAFT, NOON).items == [other]
    with pytest.raises(Refused):
        queries.list_articles(session, anna, DRAFT, NOON)
