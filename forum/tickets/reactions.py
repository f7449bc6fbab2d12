"""What follows for tickets when it turns out who somebody is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.contacts.events import ContactJoined
from forum.contacts.models import Contact
from forum.knowledge.models import Article
from forum.questions.models import Answer, Question
from forum.tickets.actions import REUSED, REUSED_IN_ARTICLE, give_requester, tell_reused
from forum.tickets.models import Link, Ticket


def bring_tickets(session: Session, event: ContactJoined) -> None:
    """Give the tickets made of a user's questions to their contact, and tell it where their answers helped."""
    contact = session.scalar(select(Contact).where(Contact.user_id == event.user_id))
    if contact is None:
        return
    without = (
        select(Ticket)
        .join(Question, Question.id == Ticket.question_id)
        .where(Question.asker_id == event.user_id, Ticket.requester_id.is_(None))
    )
    for ticket in session.scalars(without).all():
        give_requester(session, ticket, contact)
    for column, reason in ((Link.answer_id, REUSED), (Article.source_answer_id, REUSED_IN_ARTICLE)):
        links = select(Link).outerjoin(Article, Article.id == Link.article_id).join(Answer, Answer.id == column)
        for made in session.scalars(links.where(Answer.author_id == event.user_id, Link.unlinked_at.is_(None))).all():
            tell_reused(session, made, event.user_id, reason)
