"""Who works on tickets: agents and administrators, nobody else, moderators included."""

from forum.accounts.models import Reader, User
from forum.base.verdicts import YES, Verdict, no
from forum.knowledge.models import Article
from forum.questions.models import Answer, Question
from forum.tickets.models import Link, Target, is_open


def may_see_tickets(reader: Reader) -> Verdict:
    """A ticket says what a customer told the company alone."""
    if reader.is_agent:
        return YES
    return no("Only agents can look at tickets.")


def may_work_on_tickets(actor: User) -> Verdict:
    """Opening tickets, writing in them, handing them on."""
    return may_see_tickets(actor)


def may_open_from(actor: User, question: Question) -> Verdict:
    """Making a ticket of a question that customers can read."""
    if not actor.is_agent:
        return no("Only agents can make a ticket of a question.")
    if not question.is_public:
        return no("This question is hidden or deleted.")
    return YES


def may_be_assigned(user: User) -> Verdict:
    """Who can have a ticket to work on."""
    if not user.is_agent:
        return no("Only agents can be given a ticket.")
    if user.disabled_at is not None:
        return no("This account is closed.")
    return YES


def may_link(actor: User, target: Target) -> Verdict:
    """What an agent passes on must be open to the customer it is passed on to."""
    if not actor.is_agent:
        return no("Only agents can link things to tickets.")
    if is_open(target):
        return YES
    if isinstance(target, Article):
        return no("This article is not published, so customers could not read it.")
    if isinstance(target, Answer):
        return no("This answer is hidden or deleted, so customers could not read it.")
    return no("This question is hidden or deleted, so customers could not read it.")


def may_unlink(actor: User, link: Link) -> Verdict:
    """Taking a link away that turned out to be a mistake."""
    if not actor.is_agent:
        return no("Only agents can take links away.")
    if link.unlinked_at is not None:
        return no("This link is already taken away.")
    return YES
