"""Write people, tags, questions and links into our tables: each step whole or not at all, and none of them twice."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.db import Store
from forum.base.errors import StoreBusy
from forum.base.languages import guess_language
from forum.base.markup import excerpt
from forum.base.outbox import publish
from forum.questions.actions import settle
from forum.questions.models import (
    EXCERPT_LENGTH,
    Answer,
    Comment,
    OldAddress,
    Question,
    QuestionLink,
    Revision,
    Tag,
    question_tags,
)
from forum.transfer.events import QuestionImported
from forum.transfer.models import ImportedRow
from forum.transfer.stackexchange.mapping import Author
from forum.transfer.stackexchange.origins import Site
from forum.transfer.stackexchange.texts import Brought

T = TypeVar("T")

AUTHOR, QUESTION, ANSWER, COMMENT = "author", "question", "answer", "comment"
KINDS: dict[str, type[User] | type[Question] | type[Answer] | type[Comment]] = {
    AUTHOR: User,
    QUESTION: Question,
    ANSWER: Answer,
    COMMENT: Comment,
}

#: A site that is being used may keep the store busy for a while; an import can wait.
BUSY_ATTEMPTS = 40
BUSY_PAUSE = 0.25

#: What is already here: kind and number there -> number here.
Known = dict[tuple[str, str], int]


@dataclass
class Post:
    """A question, answer or comment, made ready outside of any transaction."""

    kind: str
    number: int
    author: str
    created_at: datetime
    licence: str
    origin_url: str | None
    up: int = 0
    down: int = 0
    #: None for what was brought in before and needs no text again.
    brought: Brought | None = None
    edited_at: datetime | None = None
    comment_score: int = 0
    accepted_at: datetime | None = None
    #: For a comment on an answer.
    answer: int | None = None


@dataclass
class Bundle:
    """A question with all that belongs to it, which goes in together."""

    question: Post
    title: str
    tags: list[str]
    active_at: datetime
    views: int
    closed_at: datetime | None
    closed_why: str | None
    answers: list[Post] = field(default_factory=list)
    comments: list[Post] = field(default_factory=list)

    @property
    def posts(self) -> list[Post]:
        return [self.question, *self.answers, *self.comments]


def write_patiently(store: Store, work: Callable[[Session], T]) -> T:
    """As `Store.write`, and again when others kept the store busy."""
    for _ in range(BUSY_ATTEMPTS - 1):
        try:
            return store.write(work)
        except StoreBusy:
            time.sleep(BUSY_PAUSE)
    return store.write(work)


def find_known(session: Session, source: str, kind: str, numbers: Iterable[object]) -> Known:
    """What of these was brought in before."""
    found: Known = {}
    wanted = sorted({str(number) for number in numbers})
    for start in range(0, len(wanted), 500):
        rows = session.execute(
            select(ImportedRow.source_id, ImportedRow.made_id)
            .where(ImportedRow.source == source, ImportedRow.kind == kind)
            .where(ImportedRow.source_id.in_(wanted[start : start + 500]))
        )
        found.update({(kind, source_id): made_id for source_id, made_id in rows})
    return found


def find_posts(session: Session, source: str, posts: Iterable[Post]) -> Known:
    known: Known = {}
    posts = list(posts)
    for kind in (QUESTION, ANSWER, COMMENT):
        known |= find_known(session, source, kind, (post.number for post in posts if post.kind == kind))
    return known


def write_authors(session: Session, source: str, authors: Sequence[Author]) -> int:
    """People without any way to sign in; gives how many are new."""
    known = find_known(session, source, AUTHOR, (author.key for author in authors))
    new = [author for author in authors if (AUTHOR, author.key) not in known]
    users = [
        User(name=each.name, about=each.about, created_at=each.created_at, origin_url=each.origin_url) for each in new
    ]
    session.add_all(users)
    session.flush()
    session.add_all(_imported(source, AUTHOR, author.key, user.id) for author, user in zip(new, users, strict=True))
    return len(new)


def write_tags(session: Session, descriptions: dict[str, dict[str, str]]) -> int:
    """Tags with what they are for; a description that is here already stays. Gives how many were described."""
    found = {tag.name: tag for tag in session.scalars(select(Tag).where(Tag.name.in_(descriptions)))}
    described = 0
    for name, texts in sorted(descriptions.items()):
        tag = found.get(name)
        if tag is None:
            tag = Tag(name=name, descriptions={}, question_count=0)
            session.add(tag)
        if texts.keys() - tag.descriptions.keys():
            tag.descriptions = {**texts, **tag.descriptions}
            described += 1
    return described


def write_bundles(session: Session, site: Site, bundles: Sequence[Bundle]) -> dict[str, int]:
    """Questions with their answers and comments; gives how many of each kind are new."""
    posts = [post for bundle in bundles for post in bundle.posts]
    known = find_posts(session, site.source, posts)
    known |= find_known(session, site.source, AUTHOR, (post.author for post in posts))
    made = dict.fromkeys((QUESTION, ANSWER, COMMENT), 0)
    tags: set[int] = set()
    for bundle in bundles:
        question, new = _write_bundle(session, site, bundle, known)
        if question is not None and new:
            tags.update(tag.id for tag in question.tags)
            publish(session, QuestionImported(question.id))
        for post in new:
            made[post.kind] += 1
    _count_tags(session, tags)
    return made


def _write_bundle(session: Session, site: Site, bundle: Bundle, known: Known) -> tuple[Question | None, list[Post]]:
    """What was brought in before and is no longer here does not come back, nor does what belongs to it."""
    new: list[Post] = []
    if _is_known(bundle.question, known):
        question = session.get(Question, known[_key(bundle.question)])
        if question is None:
            return None, []
        _count_votes(session, question, bundle.question)
    else:
        question = _make_question(session, bundle, known)
        _remember(session, site, bundle.question, question.id, question.id)
        new.append(bundle.question)
    new += _write_answers(session, site, bundle, question, known)
    new += _write_comments(session, site, bundle, question, known)
    if new:
        question.active_at = max(question.active_at, bundle.active_at)
        settle(session, question)
    return question, new


def _write_answers(session: Session, site: Site, bundle: Bundle, question: Question, known: Known) -> list[Post]:
    for post in bundle.answers:
        if _is_known(post, known):
            old = session.get(Answer, known[_key(post)])
            if old is None:
                del known[_key(post)]
            else:
                _count_votes(session, old, post)
    new = [post for post in bundle.answers if post.brought is not None and not _is_known(post, known)]
    made = [_make_answer(post, post.brought, question, known) for post in new if post.brought is not None]
    session.add_all(made)
    session.flush()
    for post, answer in zip(new, made, strict=True):
        _remember(session, site, post, answer.id, question.id)
        _keep_revision(session, answer, None)
        known[_key(post)] = answer.id
    _accept(session, question, list(zip(new, made, strict=True)))
    return new


def _write_comments(session: Session, site: Site, bundle: Bundle, question: Question, known: Known) -> list[Post]:
    new = [
        post
        for post in bundle.comments
        if not _is_known(post, known) and (post.answer is None or (ANSWER, str(post.answer)) in known)
    ]
    made = [_make_comment(post, post.brought, question, known) for post in new if post.brought is not None]
    session.add_all(made)
    session.flush()
    for post, comment in zip(new, made, strict=True):
        _remember(session, site, post, comment.id, question.id)
    return new


def _key(post: Post) -> tuple[str, str]:
    return post.kind, str(post.number)


def _is_known(post: Post, known: Known) -> bool:
    return _key(post) in known


def _count_votes(session: Session, old: Question | Answer, post: Post) -> None:
    """Votes of what was brought in before, as the dump has them now; votes given here stay beside them."""
    if (old.imported_up, old.imported_down) != (post.up, post.down):
        old.score = type(old).score + (post.up - post.down) - (old.imported_up - old.imported_down)
        old.imported_up, old.imported_down = post.up, post.down
        session.flush()


def _make_question(session: Session, bundle: Bundle, known: Known) -> Question:
    post, brought = bundle.question, bundle.question.brought
    assert brought is not None  # noqa: S101
    question = Question(
        asker_id=known[AUTHOR, post.author],
        title=bundle.title,
        text=brought.text,
        html=brought.html,
        html_version=brought.version,
        excerpt=excerpt(brought.text, EXCERPT_LENGTH),
        language=guess_language(f"{bundle.title}\n{brought.text}"),
        created_at=post.created_at,
        edited_at=post.edited_at,
        active_at=bundle.active_at,
        view_count=bundle.views,
        closed_at=bundle.closed_at,
        closed_why=bundle.closed_why,
        imported_up=post.up,
        imported_down=post.down,
        score=post.up - post.down,
        origin_url=post.origin_url,
        origin_license=post.licence,
        tags=list(session.scalars(select(Tag).where(Tag.name.in_(bundle.tags)).order_by(Tag.name))),
    )
    session.add(question)
    session.flush()
    _keep_revision(session, question, bundle.tags)
    return question


def _make_answer(post: Post, brought: Brought, question: Question, known: Known) -> Answer:
    return Answer(
        question_id=question.id,
        author_id=known[AUTHOR, post.author],
        text=brought.text,
        html=brought.html,
        html_version=brought.version,
        language=guess_language(brought.text),
        created_at=post.created_at,
        edited_at=post.edited_at,
        imported_up=post.up,
        imported_down=post.down,
        score=post.up - post.down,
        origin_url=post.origin_url,
        origin_license=post.licence,
    )


def _make_comment(post: Post, brought: Brought, question: Question, known: Known) -> Comment:
    return Comment(
        question_id=question.id,
        answer_id=known[ANSWER, str(post.answer)] if post.answer is not None else None,
        author_id=known[AUTHOR, post.author],
        text=brought.text,
        html=brought.html,
        html_version=brought.version,
        created_at=post.created_at,
        imported_score=post.comment_score,
        origin_url=post.origin_url,
        origin_license=post.licence,
    )


def _accept(session: Session, question: Question, answers: Sequence[tuple[Post, Answer]]) -> None:
    """Only with the answer itself: whoever took the mark off here later had a reason."""
    accepted = next(((post, answer) for post, answer in answers if post.accepted_at is not None), None)
    if accepted is None or session.scalar(
        select(func.count()).where(Answer.question_id == question.id, Answer.accepted_at.is_not(None))
    ):
        return
    post, answer = accepted
    answer.accepted_at = post.accepted_at
    answer.accepted_by_id = question.asker_id
    session.flush()


def _keep_revision(session: Session, post: Question | Answer, tags: list[str] | None) -> None:
    """The text as it came is the first state: of the ones before it the source keeps no rendered form."""
    is_question = isinstance(post, Question)
    session.add(
        Revision(
            question_id=post.id if is_question else None,
            answer_id=None if is_question else post.id,
            number=1,
            author_id=post.author_id,
            title=post.title if isinstance(post, Question) else None,
            text=post.text,
            tags=tags,
            at=post.edited_at or post.created_at,
        )
    )


def _remember(session: Session, site: Site, post: Post, made_id: int, question_id: int) -> None:
    """Note what became of a row, and lead its old address to it."""
    session.add(_imported(site.source, post.kind, post.number, made_id))
    if not site.host or post.kind == COMMENT:
        return
    path = f"{site.host}/{'questions' if post.kind == QUESTION else 'a'}/{post.number}"
    answer_id = made_id if post.kind == ANSWER else None
    session.merge(OldAddress(path=path, question_id=question_id, answer_id=answer_id))


def _imported(source: str, kind: str, number: object, made_id: int) -> ImportedRow:
    return ImportedRow(
        source=source, kind=kind, source_id=str(number), made_kind=KINDS[kind].__name__.lower(), made_id=made_id
    )


def _count_tags(session: Session, ids: set[int]) -> None:
    """Counted, not added to, so that a second time changes nothing."""
    if not ids:
        return
    session.flush()
    counted = (
        select(func.count())
        .select_from(question_tags)
        .join(Question, Question.id == question_tags.c.question_id)
        .where(question_tags.c.tag_id == Tag.id, Question.hidden_at.is_(None), Question.deleted_at.is_(None))
        .scalar_subquery()
    )
    session.execute(
        update(Tag).where(Tag.id.in_(sorted(ids))).values(question_count=counted),
        execution_options={"synchronize_session": False},
    )


def write_links(session: Session, site: Site, links: Sequence[tuple[int, int, str, datetime]]) -> int:
    """Ties between questions: source, target, kind, since when. Gives how many are new."""
    known = find_known(session, site.source, QUESTION, (number for link in links for number in link[:2]))
    wanted: dict[tuple[int, int, str], datetime] = {}
    for source, target, kind, at in links:
        ends = known.get((QUESTION, str(source))), known.get((QUESTION, str(target)))
        if ends[0] is not None and ends[1] is not None:
            wanted[ends[0], ends[1], kind] = at
    there = {
        tuple(row)
        for row in session.execute(
            select(QuestionLink.source_id, QuestionLink.target_id, QuestionLink.kind).where(
                QuestionLink.source_id.in_(sorted({key[0] for key in wanted}))
            )
        )
    }
    new = [
        QuestionLink(source_id=key[0], target_id=key[1], kind=key[2], at=at)
        for key, at in wanted.items()
        if key not in there
    ]
    session.add_all(new)
    return len(new)
