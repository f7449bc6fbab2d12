"""Let the demo community happen: everything its texts tell, by the actions people use, each at its own time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.administration import NewPerson, add_person
from forum.accounts.models import STAFF_ROLES, User
from forum.accounts.passwords import hash_password
from forum.base.errors import Refused
from forum.base.parts import Parts
from forum.base.words import say
from forum.contacts.actions import add_contact, add_external_id
from forum.contacts.drafts import ContactDraft
from forum.contacts.models import EMAIL, PHONE, Contact
from forum.contacts.reactions import join_by_address
from forum.knowledge import actions as knowledge
from forum.media.files import PictureFiles
from forum.questions import actions as questions
from forum.questions.actions import products
from forum.questions.models import Question, Tag
from forum.transfer import demo_community as texts
from forum.transfer.demo_stories import (
    SOON,
    Cast,
    Moment,
    article_moments,
    draft_moment,
    follow_moments,
    question_moments,
    search_moment,
    ticket_moments,
)
from forum.transfer.demo_texts import read_community

#: So long after the first agent has come, the contacts were in the CRM.
CONTACTS_KNOWN = timedelta(days=1)


@dataclass(frozen=True)
class SignIn:
    """How to come in as one of the people, and what can be seen as them, by language."""

    name: str
    email: str
    password: str
    sentences: dict[str, str]


def make_demo(parts: Parts, now: datetime, password: str) -> list[SignIn]:
    """Fill an empty database, all or nothing; raises Refused, with nothing done, for one that is not empty.

    Everything happens in one transaction in the order of its times: a story may rest on another (an article asks for
    review because its source was edited later), and nobody else is there yet to wait for it.
    """
    community = read_community()
    password_hash = hash_password(password)
    moments = _moments(community, parts.settings.base_url, password_hash)

    def work(session: Session) -> None:
        if not _is_empty(session):
            raise Refused(say("The demo is only for an empty database, and this one holds something already."))
        cast = Cast(PictureFiles(parts.settings.media_folder))
        _make_tags(session, cast, community)
        for moment in moments:
            moment.act(session, cast, now + moment.at)
        _count_views(session, cast, community)

    parts.store.write(work)
    return [
        SignIn(person.name, person.email, password, person.sign_in) for person in community.people if person.sign_in
    ]


def _is_empty(session: Session) -> bool:
    return all(session.scalar(select(kind.id).limit(1)) is None for kind in (User, Question, Contact, Tag))


def _moments(community: texts.Community, site: str, password_hash: str) -> list[Moment]:
    """Everything that happens, in order; what has the same time stays in the order of its story."""
    moments: list[Moment] = []
    for person in community.people:
        moments.append(Moment(person.joined, _joins(person, password_hash)))
        moments += follow_moments(person)
    joined = {person.key: person.joined for person in community.people}
    administrator = next(person.key for person in community.people if "administrator" in person.roles)
    moments.append(Moment(joined[administrator] + SOON, _makes_products(community, administrator)))
    known = min(person.joined for person in community.people if "agent" in person.roles) + CONTACTS_KNOWN
    for contact in community.contacts:
        moments.append(Moment(known, _is_known(contact, community)))
    for person in community.people:
        if STAFF_ROLES.isdisjoint(person.roles):
            moments.append(Moment(max(person.joined, known), _is_joined(person)))
    for question in community.questions:
        moments += question_moments(question, joined, site)
    for article in community.articles:
        moments += article_moments(article, site)
    for ticket in community.tickets:
        moments += ticket_moments(ticket, community, site)
    moments += [draft_moment(draft) for draft in community.drafts]
    moments += [search_moment(search) for search in community.searches]
    return sorted(moments, key=lambda moment: moment.at)


def _joins(person: texts.Person, password_hash: str) -> Callable[[Session, Cast, datetime], None]:
    def act(session: Session, cast: Cast, now: datetime) -> None:
        made = NewPerson(
            person.email,
            person.name,
            person.language,
            password_hash if person.sign_in else None,
            frozenset(person.roles),
            frozenset(person.rights),
        )
        cast.people[person.key] = add_person(session, made, now)
        cast.people[person.key].about = person.about

    return act


def _is_known(contact: texts.Contact, community: texts.Community) -> Callable[[Session, Cast, datetime], None]:
    agent = min((person for person in community.people if "agent" in person.roles), key=lambda each: each.joined)

    def act(session: Session, cast: Cast, now: datetime) -> None:
        draft = ContactDraft(contact.name, contact.company, contact.tier, contact.zone, contact.language)
        points = [(EMAIL, email) for email in contact.emails] + [(PHONE, phone) for phone in contact.phones]
        actor = cast.people[agent.key]
        cast.contacts[contact.key] = made = add_contact(session, actor, draft, now, points=points)
        for system, value in contact.external_ids.items():
            add_external_id(session, actor, made, value, now, system)

    return act


def _is_joined(person: texts.Person) -> Callable[[Session, Cast, datetime], None]:
    """What follows when somebody confirms an address: they are joined to the contact that has it, or to a new one."""

    def act(session: Session, cast: Cast, now: datetime) -> None:
        join_by_address(session, cast.people[person.key], person.email, now)

    return act


def _make_tags(session: Session, cast: Cast, community: texts.Community) -> None:
    cast.tags = {
        tag.name: Tag(name=tag.name, descriptions=dict(tag.description), question_count=0) for tag in community.tags
    }
    session.add_all(cast.tags.values())
    session.flush()


def _makes_products(community: texts.Community, administrator: str) -> Callable[[Session, Cast, datetime], None]:
    def act(session: Session, cast: Cast, now: datetime) -> None:
        actor = cast.people[administrator]
        for product in community.products:
            draft = products.ProductDraft(product.names, product.descriptions)
            cast.products[product.key] = made = products.add_product(session, actor, draft, now)
            if product.archived:
                products.archive_product(session, actor, made, now)

    return act


def _count_views(session: Session, cast: Cast, community: texts.Community) -> None:
    questions.note_views(session, {cast.questions[each.key].id: each.views for each in community.questions})
    knowledge.note_views(session, {cast.articles[each.key].id: each.views for each in community.articles if each.views})
