"""Changing articles: promote, write, review, publish, gather questions, put away."""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.accounts.actions import credit
from forum.accounts.mentions import mentioned_in
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid, Refused
from forum.base.markup import Rendered
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.base.words import say
from forum.contacts.actions import record
from forum.knowledge import queries, rules
from forum.knowledge.checks import check_length, check_words
from forum.knowledge.events import (
    AnswerPromoted,
    ArticleArchived,
    ArticleDiscarded,
    ArticleDoubted,
    ArticlePublished,
    ArticleRestored,
    ArticleReturned,
    ArticleSaved,
    QuestionGathered,
    ReviewAsked,
)
from forum.knowledge.logged import log_act
from forum.knowledge.models import (
    ACCEPTED,
    ANSWERED,
    APPROVE,
    ARCHIVED,
    ASKED,
    COMMENT_LENGTH,
    DRAFT,
    IN_REVIEW,
    PUBLISHED,
    RETURN,
    WHY_LENGTH,
    WITHDRAWN,
    Article,
    ArticleQuestion,
    ArticleRevision,
    Credit,
    Review,
)
from forum.knowledge.sources import Source, review_reasons, source_now
from forum.media.actions import use_pictures
from forum.media.queries import picture_ids
from forum.questions.events import PersonMentioned
from forum.questions.models import Answer, Question

#: What an answer is worth to its author's standing, once, when readers find it in the knowledge base.
PROMOTED, PROMOTED_POINTS = "promoted", 25

#: Tariffs, products and procedures rarely stay as they are for longer than a year.
REVIEW_INTERVAL = timedelta(days=365)


# -- writing


def promote_answer(
    session: Session,
    actor: User,
    answer: Answer,
    title: str,
    text: Rendered,
    now: datetime,
    *,
    language: str,
    source_version: int | None = None,
) -> Article:
    """Make a draft from an accepted answer; the second time, find what the first one made.

    `source_version` is the version of the answer that the text was composed from.
    """
    require(rules.may_write(actor))
    made_before = queries.article_from(session, answer.id)
    if made_before is not None:
        return made_before
    require(rules.may_promote(actor, answer))
    article = Article(
        state=DRAFT,
        title=title,
        created_at=now,
        active_at=now,
        creator=actor,
        source_answer=answer,
        source_version=source_version or answer.version,
        source_state=ACCEPTED,
    )
    session.add(article)
    add_revision(session, article, actor, title, text, language, "", now)
    _add_credit(session, article, answer.author_id, ANSWERED)
    _add_question(session, article, actor, answer.question, now)
    log_act(session, actor, "promote_answer", article, now, after={"state": DRAFT, "answer_id": answer.id})
    publish(session, AnswerPromoted(article.id, answer.id))
    return article


def save_revision(
    session: Session,
    actor: User,
    article: Article,
    title: str,
    text: Rendered,
    now: datetime,
    *,
    language: str,
    why: str = "",
    based_on: int,
) -> ArticleRevision:
    """Write a newer revision; what readers see stays until another editor has approved it.

    `based_on` is the number of the revision that the writer began from; raises Conflict when it is not the newest.
    What changes nothing makes no revision: the newest one is given back.
    An edit takes the article out of review, for the reviewer would approve what they have not read.
    """
    require(rules.may_edit(actor, article))
    if based_on != article.version:
        raise Conflict(say("Somebody else saved this article while you were writing. Nothing of yours was saved yet."))
    last = queries.newest_revision(session, article)
    if (last.title, last.text, last.language) == (title, text.text, language):
        return last
    _withdraw_review(session, article, now)
    article.state = DRAFT
    revision = add_revision(session, article, actor, title, text, language, why, now)
    log_act(session, actor, "edit_article", article, now, {"version": based_on}, {"version": revision.number}, why)
    publish(session, ArticleSaved(article.id, revision.number))
    return revision


def discard_draft(session: Session, actor: User, article: Article, now: datetime) -> bool:
    """Drop what was written since the last publication; say whether the article is still there.

    One that was published goes back to that text as a revision of its own, so that nothing written is lost from the
    record. One that never was is deleted, unless something refers to it already.
    """
    require(rules.may_discard(actor, article))
    _withdraw_review(session, article, now)
    log_act(session, actor, "discard_draft", article, now, {"state": article.state, "version": article.version})
    published = article.published
    if published is None:
        _delete_draft(session, article)
        publish(session, ArticleDiscarded(article.id))
        return False
    article.published = add_revision(
        session, article, actor, published.title, published, published.language, published.why, now
    )
    article.state = PUBLISHED
    session.flush()
    return True


# -- review


def ask_review(session: Session, actor: User, article: Article, now: datetime) -> Review:
    """Say that the newest revision is ready; from then on another editor can publish it."""
    require(rules.may_ask_review(actor, article))
    revision = queries.newest_revision(session, article)
    review = Review(article_id=article.id, revision=revision, asked_by=actor, asked_at=now)
    session.add(review)
    log_act(session, actor, "ask_review", article, now, {"state": article.state}, {"state": IN_REVIEW})
    article.state = IN_REVIEW
    article.active_at = now
    session.flush()
    publish(session, ReviewAsked(article.id))
    return review


def review_article(
    session: Session,
    actor: User,
    article: Article,
    outcome: str,
    comment: str,
    now: datetime,
    *,
    version: int,
    seen: Source | None = None,
) -> None:
    """Decide: approve and so publish, or return with a comment.

    `version` is the number of the revision that was read; raises Conflict when there is a newer one. `seen` is the
    source as the reviewer saw it: where it has changed since, the article asks for review again at once.
    """
    writers = queries.writers_since_publication(session, article)
    asks = bool(review_reasons(article, now))
    if outcome == APPROVE:
        require(rules.may_approve(actor, article, writers, asks))
    elif outcome == RETURN:
        require(rules.may_return(actor, article, writers))
    else:
        raise Invalid({"outcome": say("Choose whether to approve or to return the article.")})
    if version != article.version:
        raise Conflict(say("Somebody saved a newer text while you were reading. Look at it before you decide."))
    if outcome == RETURN and not comment:
        raise Invalid({"comment": say("Please say what is missing, so that the article can be finished.")})
    check_length("comment", comment, COMMENT_LENGTH)
    before = {"state": article.state}
    _decide(session, actor, article, outcome, comment, now)
    if outcome == RETURN:
        article.state = DRAFT
        article.active_at = now
        publish(session, ArticleReturned(article.id))
    else:
        _publish(session, actor, article, seen, now)
    after = {"state": article.state, "version": version}
    log_act(session, actor, f"{outcome}_article", article, now, before, after, comment)


def doubt_article(session: Session, actor: User, article: Article, why: str, now: datetime) -> None:
    """Ask, with a reason, that a published article be looked at again; the newest reason replaces the one before."""
    require(rules.may_doubt(actor, article))
    if not why:
        raise Invalid({"why": say("Please say what may be wrong, so that the reviewer knows where to look.")})
    check_length("why", why, WHY_LENGTH)
    article.review_why = why
    article.review_since = article.review_since or now
    session.flush()
    log_act(session, actor, "doubt_article", article, now, why=why)
    publish(session, ArticleDoubted(article.id))


# -- the questions it answers


def gather_question(session: Session, actor: User, article: Article, question: Question, now: datetime) -> None:
    """Say that the article answers this question too; whoever asked it is named. Nothing happens the second time."""
    require(rules.may_gather(actor, article, question))
    if session.get(ArticleQuestion, (article.id, question.id)) is None:
        _add_question(session, article, actor, question, now)
        log_act(session, actor, "gather_question", article, now, after={"question_id": question.id})
        publish(session, QuestionGathered(article.id))


def release_question(session: Session, actor: User, article: Article, question: Question, now: datetime) -> None:
    """Take a gathered question away again, and its asker's credit where no other question of theirs remains."""
    require(rules.may_release(actor, article, question))
    tie = session.get(ArticleQuestion, (article.id, question.id))
    if tie is None:
        return
    session.delete(tie)
    session.flush()
    remaining = session.scalar(
        select(ArticleQuestion.question_id)
        .join(Question, Question.id == ArticleQuestion.question_id)
        .where(ArticleQuestion.article_id == article.id, Question.asker_id == question.asker_id)
        .limit(1)
    )
    named = session.get(Credit, (article.id, question.asker_id, ASKED))
    if remaining is None and named is not None:
        session.delete(named)
        session.flush()
    log_act(session, actor, "release_question", article, now, {"question_id": question.id})
    publish(session, QuestionGathered(article.id))


# -- away and back


def archive_article(session: Session, actor: User, article: Article, now: datetime, why: str = "") -> None:
    """Take it from sight; its address tells readers so and leads them to its questions."""
    require(rules.may_archive(actor, article))
    check_length("why", why, WHY_LENGTH)
    _withdraw_review(session, article, now)
    log_act(session, actor, "archive_article", article, now, {"state": article.state}, {"state": ARCHIVED}, why)
    article.state = ARCHIVED
    article.archived_at = article.active_at = now
    session.flush()
    publish(session, ArticleArchived(article.id))


def restore_article(session: Session, actor: User, article: Article, now: datetime) -> None:
    """Bring it back as it was: live with what was published, and as a draft where something newer was written."""
    require(rules.may_restore(actor, article))
    is_newest = article.published is not None and article.published.number == article.version
    article.state = PUBLISHED if is_newest else DRAFT
    article.archived_at = None
    article.active_at = now
    log_act(session, actor, "restore_article", article, now, {"state": ARCHIVED}, {"state": article.state})
    session.flush()
    publish(session, ArticleRestored(article.id))


# -- the parts of the story that are told more than once


def _publish(session: Session, reviewer: User, article: Article, seen: Source | None, now: datetime) -> None:
    """Show the newest revision to readers, thank those it rests on, and note what it was checked against.

    Whom it names learns of it now and not while it is written: only now can they read it.
    """
    before = mentioned_in(article.published.html) if article.published is not None else set()
    article.published = queries.newest_revision(session, article)
    article.state = PUBLISHED
    article.language = article.published.language
    article.published_at = article.published_at or now
    article.checked_at = article.active_at = now
    article.review_due_at = now + REVIEW_INTERVAL
    article.review_why = None
    current = source_now(article)
    if current is not None:
        checked = seen if seen is not None and seen.version <= current.version else current
        article.source_version, article.source_state = checked.version, checked.state
    article.review_since = now if review_reasons(article, now) else None
    session.flush()
    _thank(session, reviewer, article, now)
    publish(session, ArticlePublished(article.id))
    for user_id in sorted(mentioned_in(article.published.html) - before - {reviewer.id}):
        publish(session, PersonMentioned(user_id, article.published.author_id, Cause.of(article).kind, article.id))


def _thank(session: Session, reviewer: User, article: Article, now: datetime) -> None:
    """Credit the author and write on the timelines of all who are named, each once however often it is published."""
    answer = article.source_answer
    if answer is not None and answer.is_public:
        credit(session, answer.author, PROMOTED, PROMOTED_POINTS, Cause.of(answer), now)
    for named in queries.list_credits(session, article):
        details = {"title": article.title, "part": named.part}
        record(session, named.user_id, PROMOTED, Cause.of(article), now, actor_id=reviewer.id, details=details)


def add_revision(
    session: Session,
    article: Article,
    author: User,
    title: str,
    text: Rendered | ArticleRevision,
    language: str,
    why: str,
    now: datetime,
) -> ArticleRevision:
    """`text` is newly rendered, or that of an earlier revision."""
    check_words(title, text.text, why)
    article.version = (article.version or 0) + 1
    article.title = title
    article.active_at = now
    if article.published_id is None:
        article.language = language
    session.flush()
    revision = ArticleRevision(
        article_id=article.id,
        number=article.version,
        author=author,
        title=title,
        text=text.text,
        html=text.html,
        html_version=text.version if isinstance(text, Rendered) else text.html_version,
        language=language,
        why=why,
        at=now,
    )
    session.add(revision)
    session.flush()
    if isinstance(text, Rendered) and text.images:
        # Nothing is dropped: readers may still see the revision before this one.
        use_pictures(session, author, Cause.of(article), picture_ids(text.images), now, drops=False)
    return revision


def _add_question(session: Session, article: Article, actor: User, question: Question, now: datetime) -> None:
    session.add(ArticleQuestion(article_id=article.id, question_id=question.id, added_by_id=actor.id, at=now))
    _add_credit(session, article, question.asker_id, ASKED)


def _add_credit(session: Session, article: Article, user_id: int, part: str) -> None:
    if session.get(Credit, (article.id, user_id, part)) is None:
        session.add(Credit(article_id=article.id, user_id=user_id, part=part))
    session.flush()


def _decide(session: Session, actor: User, article: Article, outcome: str, comment: str, now: datetime) -> None:
    """Close the review that was asked for, or note one that nobody had to ask for."""
    review = queries.open_review(session, article)
    if review is None:
        revision = queries.newest_revision(session, article)
        review = Review(article_id=article.id, revision=revision, asked_by=actor, asked_at=now)
        session.add(review)
    review.reviewer = actor
    review.outcome = outcome
    review.comment = comment
    review.decided_at = now
    session.flush()


def _withdraw_review(session: Session, article: Article, now: datetime) -> None:
    review = queries.open_review(session, article)
    if review is not None:
        review.outcome = WITHDRAWN
        review.decided_at = now
        session.flush()


def _delete_draft(session: Session, article: Article) -> None:
    try:
        with session.begin_nested():
            for model in (Review, ArticleQuestion, Credit, ArticleRevision):
                session.execute(delete(model).where(model.article_id == article.id))
            session.execute(delete(Article).where(Article.id == article.id))
    except IntegrityError as referred:
        raise Refused(say("Something refers to this draft, such as a ticket. Archive it instead.")) from referred


def note_views(session: Session, counts: dict[int, int]) -> None:
    """Add to how often these articles were read, which nothing is decided by."""
    session.execute(
        update(Article)
        .where(Article.id.in_(counts))
        .values(view_count=Article.view_count + case(counts, value=Article.id, else_=0)),
        execution_options={"synchronize_session": False},
    )
