"""Reading tickets, what was said in them, and how often each answer and article helped."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from forum.accounts.models import ADMINISTRATOR, AGENT, Reader, User
from forum.base.errors import NotFound
from forum.base.paging import PAGE_SIZE, Order, Page, fetch_page
from forum.contacts.models import Contact
from forum.knowledge.models import Article
from forum.questions.models import Answer, Question
from forum.questions.queries import is_public
from forum.tickets import rules
from forum.tickets.models import STATUSES, UNDONE, Link, Target, Ticket, TicketMessage

#: As many as anybody would look through in a choice of tickets.
MOST_CHOICES = 20


def visible_tickets(reader: Reader) -> Select[Ticket]:
    """All tickets for those who may see them, none for others."""
    query = select(Ticket)
    return query if rules.may_see_tickets(reader) else query.where(false())


def find_ticket(session: Session, reader: Reader, ticket_id: int) -> Ticket:
    """With its requester and the people it is with; raises NotFound."""
    query = visible_tickets(reader).where(Ticket.id == ticket_id)
    ticket = session.scalar(
        query.options(joinedload(Ticket.requester), joinedload(Ticket.assignee), joinedload(Ticket.opened_by))
    )
    if ticket is None:
        raise NotFound("ticket")
    return ticket


def list_tickets(
    session: Session,
    reader: Reader,
    *,
    statuses: Collection[str] = STATUSES,
    assignee_id: int | None = None,
    unassigned: bool = False,
    requester_id: int | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Ticket]:
    """The ones where something happened last come first."""
    query = visible_tickets(reader).options(joinedload(Ticket.requester), joinedload(Ticket.assignee))
    if set(statuses) != set(STATUSES):
        query = query.where(Ticket.status.in_(statuses))
    if assignee_id is not None:
        query = query.where(Ticket.assignee_id == assignee_id)
    if unassigned:
        query = query.where(Ticket.assignee_id.is_(None))
    if requester_id is not None:
        query = query.where(Ticket.requester_id == requester_id)
    order = Order(Ticket.active_at, Ticket.id)
    return fetch_page(session, query, order, lambda row: (row.active_at, row.id), cursor, size)


def count_tickets_of(session: Session, reader: Reader, requester: Contact) -> int:
    """How many cases a contact ever had."""
    return (
        session.scalar(
            select(func.count()).select_from(
                visible_tickets(reader).where(Ticket.requester_id == requester.id).subquery()
            )
        )
        or 0
    )


def count_by_status(session: Session, reader: Reader) -> dict[str, int]:
    """How many tickets stand where; every status is in it."""
    if not rules.may_see_tickets(reader):
        return dict.fromkeys(STATUSES, 0)
    counted = session.execute(select(Ticket.status, func.count()).group_by(Ticket.status))
    return dict.fromkeys(STATUSES, 0) | {row[0]: row[1] for row in counted}


def tickets_from(session: Session, reader: Reader, question: Question) -> Sequence[Ticket]:
    """The tickets that were opened from a question, the first one first."""
    return session.scalars(
        visible_tickets(reader)
        .where(Ticket.question_id == question.id)
        .options(joinedload(Ticket.requester), joinedload(Ticket.assignee))
        .order_by(Ticket.id)
        .limit(MOST_CHOICES)
    ).all()


def what_was_asked(session: Session, ticket: Ticket) -> tuple[Question | None, Answer | None]:
    """The question a ticket was opened from, and the answer that solved it meanwhile, if customers can read it."""
    if ticket.question_id is None:
        return None, None
    accepted = (Answer.question_id == Question.id) & Answer.accepted_at.is_not(None) & is_public(Answer)
    row = session.execute(
        select(Question, Answer)
        .outerjoin(Answer, accepted)
        .where(Question.id == ticket.question_id)
        .options(joinedload(Answer.author))
    ).one()
    question, answer = row[0], row[1]
    return question, answer if question.is_public else None


def best_answers(
    session: Session, question_ids: Collection[int], fitting_ids: Collection[int] = ()
) -> dict[int, Answer]:
    """For each question the answer to pass on, out of those customers can read.

    It is what solved it, else one of those that fit, else the best voted.
    """
    if not question_ids:
        return {}
    rows = session.scalars(
        select(Answer)
        .where(Answer.question_id.in_(question_ids), is_public(Answer))
        .options(joinedload(Answer.author))
        .order_by(Answer.accepted_at.is_not(None), Answer.id.in_(fitting_ids), Answer.score, Answer.id.desc())
    )
    return {answer.question_id: answer for answer in rows}


def list_messages(session: Session, ticket: Ticket) -> Sequence[TicketMessage]:
    """Everything said in a ticket, in its order."""
    return session.scalars(
        select(TicketMessage)
        .where(TicketMessage.ticket_id == ticket.id)
        .options(joinedload(TicketMessage.author))
        .order_by(TicketMessage.at, TicketMessage.id)
    ).all()


def page_messages(
    session: Session, ticket: Ticket, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[TicketMessage]:
    """The same in slices, the newest first."""
    query = select(TicketMessage).where(TicketMessage.ticket_id == ticket.id).options(joinedload(TicketMessage.author))
    order = Order(TicketMessage.at, TicketMessage.id)
    return fetch_page(session, query, order, lambda row: (row.at, row.id), cursor, size)


def list_links(session: Session, reader: Reader, ticket: Ticket) -> Sequence[Link]:
    """What was linked to a ticket, also what was taken away again, in the order of linking."""
    return session.scalars(_links(reader).where(Link.ticket_id == ticket.id).order_by(Link.linked_at, Link.id)).all()


def links_of(session: Session, reader: Reader, target: Target) -> Sequence[Link]:
    """The tickets that an answer, article or question is linked to now, newest first."""
    return session.scalars(
        _links(reader)
        .where(target_column(target) == target.id, Link.unlinked_at.is_(None))
        .order_by(Link.linked_at.desc(), Link.id.desc())
    ).all()


def find_link(session: Session, reader: Reader, link_id: int) -> Link:
    """Raise NotFound where there is none for this reader."""
    link = session.scalar(_links(reader).where(Link.id == link_id))
    if link is None:
        raise NotFound("link")
    return link


def _links(reader: Reader) -> Select[Link]:
    query = select(Link).options(
        joinedload(Link.ticket),
        joinedload(Link.linked_by),
        joinedload(Link.answer).options(joinedload(Answer.question), joinedload(Answer.author)),
        joinedload(Link.article).joinedload(Article.published),
        joinedload(Link.question),
    )
    return query if rules.may_see_tickets(reader) else query.where(false())


def reuse_counts(session: Session, targets: Iterable[Target]) -> dict[Target, int]:
    """For each answer, article or question: the number of tickets it is linked to."""
    counts: dict[Target, int] = {}
    by_kind: dict[type[Target], dict[int, Target]] = {}
    for target in targets:
        by_kind.setdefault(type(target), {})[target.id] = target
        counts[target] = 0
    for rows in by_kind.values():
        column = target_column(next(iter(rows.values())))
        counted = session.execute(
            select(column, func.count()).where(column.in_(rows), Link.unlinked_at.is_(None)).group_by(column)
        )
        for target_id, number in counted:
            if target_id is not None:
                counts[rows[target_id]] = number
    return counts


def reuse_count(session: Session, target: Target) -> int:
    """The number of tickets that something is linked to."""
    return reuse_counts(session, [target])[target]


def target_column(target: Target) -> InstrumentedAttribute[int | None]:
    """The column of links that names this kind of target."""
    if isinstance(target, Answer):
        return Link.answer_id
    if isinstance(target, Article):
        return Link.article_id
    return Link.question_id


def find_target(session: Session, kind: str, target_id: int) -> Target:
    """What an address or id means, open to readers or not; raises NotFound."""
    target: Target | None
    if kind == "answer":
        target = session.get(Answer, target_id, options=[joinedload(Answer.question), joinedload(Answer.author)])
    elif kind == "article":
        target = session.get(Article, target_id, options=[joinedload(Article.published)])
    else:
        target = session.get(Question, target_id)
    if target is None:
        raise NotFound(kind)
    return target


def choices_for(session: Session, reader: Reader, requester_id: int | None) -> Sequence[Ticket]:
    """Tickets that something is likely to be linked to: the undone ones of a contact, then the reader's own latest."""
    if not rules.may_see_tickets(reader):
        return []
    mine = list_tickets(session, reader, statuses=UNDONE, assignee_id=reader.id).items if reader.id else []
    theirs: Sequence[Ticket] = []
    if requester_id is not None:
        theirs = list_tickets(session, reader, statuses=UNDONE, requester_id=requester_id).items
    chosen = {ticket.id: ticket for ticket in (*theirs, *mine)}
    return list(chosen.values())[:MOST_CHOICES]


def list_agents(session: Session) -> Sequence[User]:
    """Who can be given a ticket."""
    return session.scalars(
        select(User)
        .where(User.roles.contains(f" {AGENT} ") | User.roles.contains(f" {ADMINISTRATOR} "))
        .where(User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    ).all()
