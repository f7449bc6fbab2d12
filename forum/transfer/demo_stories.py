"""The stories of the demo cut into moments: what happens when, and by whose hand."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.mentions import mention_name
from forum.accounts.models import User
from forum.base.markup import Rendered, render
from forum.base.slugs import slugify
from forum.contacts.models import Contact
from forum.drafts import actions as drafts
from forum.drafts.models import Purpose
from forum.knowledge import actions as knowledge
from forum.knowledge.models import APPROVE, RETURN, Article
from forum.media.actions import add_picture, mark_ready
from forum.media.files import PictureFiles
from forum.media.looking import Size
from forum.media.models import Picture
from forum.media.queries import find_shown
from forum.questions import actions as questions
from forum.questions.actions.voting import DOWN, UP
from forum.questions.models import Answer, Comment, Post, Product, Question, Tag
from forum.search.gaps import answer_gap, dismiss_gap
from forum.search.gathering import gather_searches
from forum.search.models import AGAIN, NOTHING, OPENED, SHOWN, Gap, GapWording, SearchNote
from forum.tickets import actions as tickets
from forum.tickets.models import FROM_AGENT, FROM_CUSTOMER, Target, Ticket
from forum.transfer import demo_community as texts
from forum.transfer.demo_doings import DOINGS
from forum.transfer.demo_pictures import draw

#: Votes have no time of their own: the first comes so long after what it is about, the others one after the other.
FIRST_VOTE = timedelta(minutes=10)

#: A link to another question, whose address is known only once it was asked.
REFERENCE = re.compile(r"\]\(question:([a-z0-9-]+)\)")

#: A picture by the name of what draws it.
PICTURE = re.compile(r"\]\(picture:([a-z0-9-]+)\)")

#: Somebody by their key; what follows a letter or a dot is an address.
MENTION = re.compile(r"(?<![\w.@/])@([a-z]+)\b")

#: What gathers a question does so a moment after the draft was made.
SOON = timedelta(minutes=1)
A_DAY = timedelta(days=1)


@dataclass
class Cast:
    """Who and what is there by now, under the key of the texts."""

    files: PictureFiles
    people: dict[str, User] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    products: dict[str, Product] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)

    def post(self, key: str) -> Post:
        return self.questions.get(key) or self.answers.get(key) or self.comments[key]


Act = Callable[[Session, Cast, datetime], object]
Tap = Callable[[Session, User, Question, datetime], object]


@dataclass(frozen=True)
class Moment:
    """One thing that happens; `at` is before now."""

    at: timedelta
    act: Act


def question_moments(question: texts.Question, joined: Mapping[str, timedelta], site: str) -> Iterator[Moment]:
    """Asked, answered, remarked on, edited, voted on, accepted and, sometimes, not after all."""

    def ask(session: Session, cast: Cast, now: datetime) -> None:
        actor = cast.people[question.by]
        asked = _rendered(session, question.text, site, cast, actor, now)
        product = cast.products[question.product].slug if question.product else ""
        made = questions.ask_question(session, actor, question.title, asked, question.tags, now, product=product)
        cast.questions[question.key] = made

    yield Moment(question.at, ask)
    yield from _votes(question, joined)
    yield from _joined_in(question, joined)
    yield from _done(question.key, question.done)
    for comment in question.comments:
        yield from _comment(comment, question.key, None, site)
    for edit in question.edits:
        yield _question_edit(edit, question, site)
    for answer in question.answers:
        yield from _answer_moments(answer, question.key, joined, site)


def _answer_moments(
    answer: texts.Answer, question_key: str, joined: Mapping[str, timedelta], site: str
) -> Iterator[Moment]:

    def post(session: Session, cast: Cast, now: datetime) -> None:
        actor, question = cast.people[answer.by], cast.questions[question_key]
        written = _rendered(session, answer.text, site, cast, actor, now)
        cast.answers[answer.key] = questions.post_answer(session, actor, question, written, now)

    yield Moment(answer.at, post)
    yield from _votes(answer, joined)
    yield from _done(answer.key, answer.done)
    for comment in answer.comments:
        yield from _comment(comment, question_key, answer.key, site)
    for edit in answer.edits:
        yield _answer_edit(edit, answer.key, site)
    acceptance = answer.acceptance
    if acceptance is None:
        return
    yield Moment(acceptance.at, _accept(answer.key, acceptance.by))
    if acceptance.withdrawn_at is not None and acceptance.withdrawn_by is not None:
        yield Moment(acceptance.withdrawn_at, _withdraw(answer.key, acceptance.withdrawn_by))


def _accept(key: str, by: str) -> Act:
    return lambda session, cast, now: questions.accept_answer(session, cast.people[by], cast.answers[key], now)


def _withdraw(key: str, by: str) -> Act:
    return lambda session, cast, now: questions.withdraw_acceptance(session, cast.people[by], cast.answers[key], now)


def _comment(comment: texts.Comment, question_key: str, answer_key: str | None, site: str) -> Iterator[Moment]:
    def post(session: Session, cast: Cast, now: datetime) -> None:
        actor, question = cast.people[comment.by], cast.questions[question_key]
        answer = cast.answers[answer_key] if answer_key is not None else None
        written = _rendered(session, comment.text, site, cast, actor, now)
        cast.comments[comment.key] = questions.post_comment(session, actor, question, answer, written, now)

    yield Moment(comment.at, post)
    yield from _done(comment.key, comment.done)


def _done(key: str, done: Sequence[texts.Done]) -> Iterator[Moment]:
    return (Moment(each.at, _do(key, each)) for each in done)


def _do(key: str, done: texts.Done) -> Act:
    return lambda session, cast, now: DOINGS[done.kind](session, cast.people[done.by], cast.post(key), done, now)


def _question_edit(edit: texts.Edit, question: texts.Question, site: str) -> Moment:

    def save(session: Session, cast: Cast, now: datetime) -> None:
        made = cast.questions[question.key]
        title, actor = edit.title or made.title, cast.people[edit.by]
        written = _rendered(session, edit.text, site, cast, actor, now)
        questions.edit_question(session, actor, made, title, written, question.tags, made.version, now, edit.why)

    return Moment(edit.at, save)


def _answer_edit(edit: texts.Edit, key: str, site: str) -> Moment:

    def save(session: Session, cast: Cast, now: datetime) -> None:
        made, actor = cast.answers[key], cast.people[edit.by]
        written = _rendered(session, edit.text, site, cast, actor, now)
        questions.edit_answer(session, actor, made, written, made.version, now, edit.why)

    return Moment(edit.at, save)


def _votes(post: texts.Question | texts.Answer, joined: Mapping[str, timedelta]) -> Iterator[Moment]:
    """Spread between the post and now, nobody's before they have joined; written down all together with the last."""
    voters = [(name, UP) for name in post.up] + [(name, DOWN) for name in post.down]
    given: list[tuple[str, int, timedelta]] = []
    for number, (name, value) in enumerate(voters, start=1):
        since = max(post.at, joined[name])
        given.append((name, value, since + min(number * FIRST_VOTE, -since / 2)))
    if given:
        last = max(at for _, _, at in given)
        yield Moment(last, _vote(post, [(name, value, at - last) for name, value, at in given]))


def _vote(post: texts.Question | texts.Answer, given: Sequence[tuple[str, int, timedelta]]) -> Act:
    def vote(session: Session, cast: Cast, now: datetime) -> None:
        voted = cast.questions[post.key] if isinstance(post, texts.Question) else cast.answers[post.key]
        questions.take_votes(session, voted, [(cast.people[name], value, now + at) for name, value, at in given])

    return vote


def _joined_in(question: texts.Question, joined: Mapping[str, timedelta]) -> Iterator[Moment]:
    """Who has it too, and who follows it: spread like votes."""
    for number, (name, act) in enumerate(
        [(name, questions.say_me_too) for name in question.too]
        + [(name, questions.follow) for name in question.followers],
        start=1,
    ):
        since = max(question.at, joined[name])
        yield Moment(since + min(number * FIRST_VOTE, -since / 2), _tap(question.key, name, act))


def _tap(key: str, name: str, act: Tap) -> Act:
    return lambda session, cast, now: act(session, cast.people[name], cast.questions[key], now)


def follow_moments(person: texts.Person) -> Iterator[Moment]:
    """Topics somebody follows since a day after they came, or half the time since for whoever came today."""
    for tag in person.follows:
        yield Moment(person.joined + min(A_DAY, -person.joined / 2), _follow_tag(person.key, tag))


def _follow_tag(name: str, tag: str) -> Act:
    return lambda session, cast, now: questions.follow(session, cast.people[name], cast.tags[tag], now)


def article_moments(article: texts.Article, site: str) -> Iterator[Moment]:
    """Promoted, written on, sent to review and back, published, archived."""

    def promote(session: Session, cast: Cast, now: datetime) -> None:
        actor = cast.people[article.by]
        cast.articles[article.key] = knowledge.promote_answer(
            session,
            actor,
            cast.answers[article.source],
            article.title,
            _rendered(session, article.text, site, cast, actor, now),
            now,
            language=article.language,
        )

    yield Moment(article.at, promote)
    for key in article.gathers:
        yield Moment(article.at + SOON, _gather(article, key))
    for step in article.steps:
        yield Moment(step.at, _article_step(article, step, site))


def _gather(article: texts.Article, key: str) -> Act:
    def gather(session: Session, cast: Cast, now: datetime) -> None:
        actor, made = cast.people[article.by], cast.articles[article.key]
        knowledge.gather_question(session, actor, made, cast.questions[key], now)

    return gather


def _article_step(article: texts.Article, step: texts.ArticleStep, site: str) -> Act:

    def act(session: Session, cast: Cast, now: datetime) -> None:
        actor, made = cast.people[step.by], cast.articles[article.key]
        if step.kind == "save":
            written = _rendered(session, step.text, site, cast, actor, now)
            title = step.title or made.title
            language, version = article.language, made.version
            knowledge.save_revision(
                session, actor, made, title, written, now, language=language, why=step.why, based_on=version
            )
        elif step.kind == "submit":
            knowledge.ask_review(session, actor, made, now)
        elif step.kind == "return":
            knowledge.review_article(session, actor, made, RETURN, step.text, now, version=made.version)
        elif step.kind == "approve":
            knowledge.review_article(session, actor, made, APPROVE, step.text, now, version=made.version)
        else:
            knowledge.archive_article(session, actor, made, now, step.why)

    return act


def ticket_moments(ticket: texts.Ticket, community: texts.Community, site: str) -> Iterator[Moment]:
    """Opened, written in, linked, closed; whoever works on it first opened it."""
    first, *rest = ticket.steps
    agents = [person.key for person in community.people if "agent" in person.roles]
    agent = ticket.assignee or next((step.by for step in ticket.steps if step.by in agents), agents[0])
    is_opening = first.kind == "message" and first.by == ticket.requester

    def open_it(session: Session, cast: Cast, now: datetime) -> None:
        actor, requester = cast.people[agent], cast.contacts[ticket.requester]
        said = _rendered(session, first.text, site, cast, actor, now) if is_opening else None
        made = tickets.open_ticket(session, actor, requester, ticket.subject, now, message=said)
        cast.tickets[ticket.key] = made
        if ticket.assignee is not None:
            assignee = cast.people[ticket.assignee]
            tickets.change_ticket(session, actor, made, made.version, now, status=made.status, assignee=assignee)

    yield Moment(ticket.at, open_it)
    for step in rest if is_opening else ticket.steps:
        yield Moment(step.at, _ticket_step(ticket, step, agent, site))


def _ticket_step(ticket: texts.Ticket, step: texts.TicketStep, agent: str, site: str) -> Act:

    def act(session: Session, cast: Cast, now: datetime) -> None:
        made = cast.tickets[ticket.key]
        if step.kind == "message":
            is_customer = step.by == ticket.requester
            actor = cast.people[agent if is_customer else step.by]
            written = _rendered(session, step.text, site, cast, actor, now)
            kind = FROM_CUSTOMER if is_customer else FROM_AGENT
            tickets.add_message(session, actor, made, kind, written, now)
        elif step.kind == "status":
            actor, assignee = cast.people[step.by], made.assignee
            tickets.change_ticket(session, actor, made, made.version, now, status=step.to, assignee=assignee)
        else:
            tickets.link(session, cast.people[step.by], made, _target(cast, step.to), now, step.why)

    return act


def draft_moment(draft: texts.Draft) -> Moment:
    """Begun, and kept for whoever comes back to it."""

    def keep(session: Session, cast: Cast, now: datetime) -> None:
        purpose = Purpose(draft.kind, cast.questions[draft.on].id if draft.on else 0)
        written = {"title": draft.title, "text": draft.text, "tags": draft.tags}
        drafts.save_draft(session, cast.people[draft.by], purpose, written, 0, now)

    return Moment(draft.at, keep)


def search_moment(search: texts.Search) -> Moment:
    """Looked for by nobody in particular, counted as the courier does, and perhaps looked at by an editor."""

    def look(session: Session, cast: Cast, now: datetime) -> None:
        counts = {NOTHING: search.empty, SHOWN: search.shown, OPENED: search.opened, AGAIN: search.again}
        session.add_all(
            SearchNote(words=search.words, what=what, is_rare=search.rare, count=count, at=now)
            for what, count in counts.items()
            if count
        )
        session.flush()
        gather_searches(session, now)
        if search.by:
            gap = session.scalars(select(Gap).join(GapWording).where(GapWording.words == search.words)).one()
            if search.answer:
                answer_gap(session, cast.people[search.by], gap, "question", cast.questions[search.answer].id, now)
            if search.aside:
                dismiss_gap(session, cast.people[search.by], gap, now)

    return Moment(search.at, look)


def _target(cast: Cast, words: str) -> Target:
    kind, key = words.split(maxsplit=1)
    if kind == "answer":
        return cast.answers[key]
    return cast.articles[key] if kind == "article" else cast.questions[key]


def _rendered(session: Session, text: str, site: str, cast: Cast, writer: User, now: datetime) -> Rendered:
    """Questions, people and pictures are named by their keys; what stands in an address is known only by now."""
    text = PICTURE.sub(lambda match: f"]({_picture(session, cast, match[1], writer, now).path})", text)
    text = REFERENCE.sub(lambda match: f"]({_address(cast.questions[match[1]])})", text)
    text = MENTION.sub(lambda match: f"@{mention_name(cast.people[match[1]])}", text)
    known = {mention_name(user): f"/people/{user.id}/{slugify(user.name)}" for user in cast.people.values()}
    return render(
        text,
        site=site,
        mentions=lambda names: {name: known[name] for name in names if name in known},
        pictures=lambda numbers: find_shown(session, writer, numbers),
    )


def _picture(session: Session, cast: Cast, name: str, writer: User, now: datetime) -> Picture:
    """The picture of that name, made and uploaded by whoever shows it first."""
    if name not in cast.pictures:
        token = secrets.token_hex(16)
        width, height = draw(name, cast.files.picture(token), cast.files.small(token))
        cast.pictures[name] = made = add_picture(session, writer, token, Size(width, height), now)
        mark_ready(session, made.id, now)
    return cast.pictures[name]


def _address(question: Question) -> str:
    return f"/questions/{question.id}/{question.slug}"
