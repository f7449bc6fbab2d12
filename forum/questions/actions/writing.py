"""Ask, answer, comment, and edit what was written; what was said before an edit is kept as a revision."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.mentions import mentioned_in
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict
from forum.base.languages import guess_language
from forum.base.markup import Rendered, excerpt
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.base.words import say
from forum.contacts.actions import record
from forum.media.actions import use_pictures
from forum.media.queries import picture_ids
from forum.questions import rules
from forum.questions.actions.keeping import (
    ANSWERS,
    ASKED,
    COMMENTS,
    EDITS,
    QUESTIONS,
    WROTE_ANSWER,
    count_tags,
    find_made,
    find_or_make_tags,
    meant_tags,
    note_made,
    settle,
    spend_limit,
)
from forum.questions.checks import check_tags, check_text, check_title, check_why, pick_product
from forum.questions.events import (
    AnswerEdited,
    AnswerPosted,
    CommentEdited,
    CommentPosted,
    PersonMentioned,
    QuestionAsked,
    QuestionEdited,
)
from forum.questions.models import COMMENT_LENGTH, EXCERPT_LENGTH, Answer, Comment, Post, Question, Revision
from forum.questions.queries import list_products


def ask_question(
    session: Session,
    actor: User,
    title: str,
    written: Rendered,
    tags: Sequence[str],
    now: datetime,
    once: str = "",
    product: str = "",
) -> Question:
    """Put a question into the line; the same form sent again gives the question it made."""
    require(rules.may_ask(actor))
    made = find_made(session, actor, once, Question)
    if made is not None:
        return made
    title, names = check_title(title), check_tags(tags)
    chosen = pick_product(list_products(session), product) if product else None
    check_text(written.text)
    spend_limit(session, QUESTIONS, actor, now)
    question = Question(
        asker=actor,
        title=title,
        text=written.text,
        html=str(written.html),
        html_version=written.version,
        excerpt=excerpt(written.text, EXCERPT_LENGTH),
        language=guess_language(f"{title}\n{written.text}"),
        product=chosen,
        tags=find_or_make_tags(session, names),
        created_at=now,
        active_at=now,
    )
    session.add(question)
    session.flush()
    count_tags(session, question.tags, +1)
    _keep_revision(session, actor, question, "", now)
    _show_and_mention(session, actor, question, written, "", now)
    note_made(session, actor, once, question, now)
    record(session, actor.id, ASKED, Cause.of(question), now, actor_id=actor.id)
    publish(session, QuestionAsked(question.id))
    return question


def post_answer(
    session: Session, actor: User, question: Question, written: Rendered, now: datetime, once: str = ""
) -> Answer:
    """Propose a solution; the same form sent again gives the answer it made."""
    made = find_made(session, actor, once, Answer)
    if made is not None:
        return made
    require(rules.may_answer(actor, question))
    check_text(written.text)
    spend_limit(session, ANSWERS, actor, now)
    answer = Answer(
        question=question,
        author=actor,
        text=written.text,
        html=str(written.html),
        html_version=written.version,
        language=guess_language(written.text),
        created_at=now,
    )
    session.add(answer)
    question.active_at = now
    settle(session, question)
    _keep_revision(session, actor, answer, "", now)
    _show_and_mention(session, actor, answer, written, "", now)
    note_made(session, actor, once, answer, now)
    record(session, actor.id, WROTE_ANSWER, Cause.of(answer), now, actor_id=actor.id)
    publish(session, AnswerPosted(answer.id))
    return answer


def post_comment(
    session: Session,
    actor: User,
    question: Question,
    answer: Answer | None,
    written: Rendered,
    now: datetime,
    once: str = "",
) -> Comment:
    """Remark on a question, or on one of its answers; the same form sent again gives the comment it made."""
    made = find_made(session, actor, once, Comment)
    if made is not None:
        return made
    require(rules.may_comment(actor, question, answer))
    check_text(written.text, COMMENT_LENGTH)
    spend_limit(session, COMMENTS, actor, now)
    comment = Comment(
        question=question,
        answer=answer,
        author=actor,
        text=written.text,
        html=str(written.html),
        html_version=written.version,
        created_at=now,
    )
    session.add(comment)
    question.active_at = now
    session.flush()
    _show_and_mention(session, actor, comment, written, "", now)
    note_made(session, actor, once, comment, now)
    publish(session, CommentPosted(comment.id))
    return comment


def edit_question(
    session: Session,
    actor: User,
    question: Question,
    title: str,
    written: Rendered,
    tags: Sequence[str],
    version: int,
    now: datetime,
    why: str = "",
    product: str | None = None,
) -> None:
    """Save a new state of a question; raises Conflict when it is no longer the version that was edited.

    Without a word about the product it keeps the one it has.
    """
    require(rules.may_edit_question(actor, question))
    title, names, why = check_title(title), check_tags(tags), check_why(why)
    check_text(written.text)
    names = meant_tags(session, names)
    before = sorted(tag.name for tag in question.tags)
    chosen = question.product if product is None else pick_product(list_products(session), product, question.product)
    if (title, written.text, names, chosen) == (question.title, question.text, before, question.product):
        return
    _begin_edit(session, actor, question, version, now)
    question.title = title
    question.excerpt = excerpt(written.text, EXCERPT_LENGTH)
    question.language = guess_language(f"{title}\n{written.text}")
    question.product = chosen
    if names != before:
        if question.is_public:
            count_tags(session, question.tags, -1)
        question.tags = find_or_make_tags(session, names)
        if question.is_public:
            count_tags(session, question.tags, +1)
    question.active_at = now
    _save_edit(session, actor, question, written, why, now)
    _keep_revision(session, actor, question, why, now)
    publish(session, QuestionEdited(question.id))


def edit_answer(
    session: Session, actor: User, answer: Answer, written: Rendered, version: int, now: datetime, why: str = ""
) -> None:
    """Save a new state of an answer; raises Conflict when it is no longer the version that was edited."""
    require(rules.may_edit_answer(actor, answer))
    why = check_why(why)
    check_text(written.text)
    if written.text == answer.text:
        return
    _begin_edit(session, actor, answer, version, now)
    answer.language = guess_language(written.text)
    answer.question.active_at = now
    _save_edit(session, actor, answer, written, why, now)
    _keep_revision(session, actor, answer, why, now)
    publish(session, AnswerEdited(answer.id))


def edit_comment(
    session: Session, actor: User, comment: Comment, written: Rendered, version: int, now: datetime
) -> None:
    """Replace the words of a comment; raises Conflict when they are no longer those that were edited."""
    require(rules.may_edit_comment(actor, comment))
    check_text(written.text, COMMENT_LENGTH)
    if written.text == comment.text:
        return
    _begin_edit(session, actor, comment, version, now)
    _save_edit(session, actor, comment, written, "", now)
    publish(session, CommentEdited(comment.id))


def _begin_edit(session: Session, actor: User, post: Post, version: int, now: datetime) -> None:
    if version != post.version:
        raise Conflict(
            say("Somebody else saved this while you were editing. Compare both texts and save again what should stay.")
        )
    spend_limit(session, EDITS, actor, now)


def _save_edit(session: Session, actor: User, post: Post, written: Rendered, why: str, now: datetime) -> None:
    before = post.html
    post.text = written.text
    post.html = str(written.html)
    post.html_version = written.version
    post.edited_at = now
    post.version += 1
    if actor.id != post.author_id:
        log_staff_act(
            session,
            actor,
            f"edit_{Cause.of(post).kind}",
            Cause.of(post),
            now,
            before={"version": post.version - 1},
            after={"version": post.version},
            why=why,
        )
    session.flush()
    _show_and_mention(session, actor, post, written, before, now)


def _show_and_mention(session: Session, actor: User, post: Post, written: Rendered, before: str, now: datetime) -> None:
    """Tie a text to its pictures, and say whom it names that it did not name before."""
    numbers = picture_ids(written.images)
    if numbers or before:
        use_pictures(session, actor, Cause.of(post), numbers, now)
    for user_id in sorted(mentioned_in(str(written.html)) - mentioned_in(before) - {actor.id}):
        publish(session, PersonMentioned(user_id, actor.id, Cause.of(post).kind, post.id))


def _keep_revision(session: Session, actor: User, post: Question | Answer, why: str, now: datetime) -> None:
    is_question = isinstance(post, Question)
    session.add(
        Revision(
            question_id=post.id if is_question else None,
            answer_id=None if is_question else post.id,
            number=post.version,
            author=actor,
            title=post.title if isinstance(post, Question) else None,
            text=post.text,
            tags=sorted(tag.name for tag in post.tags) if isinstance(post, Question) else None,
            product=post.product.slug if isinstance(post, Question) and post.product is not None else None,
            why=why,
            at=now,
        )
    )
