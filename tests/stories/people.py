"""The cast as it comes into a real installation: by the terminal, with passwords."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from forum.accounts.administration import NewPerson, add_person
from forum.accounts.passwords import hash_password
from forum.base.clock import utc_now
from tests.stories.server import Server

#: Good enough for staff, too.
PASSWORD = "tidal marmot under seven lamps"


@dataclass(frozen=True)
class Person:
    """Somebody with an account."""

    name: str
    powers: tuple[str, ...] = ()
    password: str = PASSWORD


PEOPLE = {
    person.name: person
    for person in (
        Person("Anna"),
        Person("Bruno"),
        Person("Carla"),
        Person("Mia", ("role:moderator", "right:editor")),
        Person("Elena", ("right:editor",)),
        Person("Aldo", ("role:agent",)),
        Person("Ada", ("role:administrator",)),
    )
}


def add_people(server: Server) -> None:
    """The administrator by the terminal; the others by the same action, because each command takes seconds to start."""
    server.add_user("Ada", PASSWORD, "role:administrator")
    kept = hash_password(PASSWORD)

    def add(session: Session) -> None:
        for person in PEOPLE.values():
            if person.name != "Ada":
                add_person(session, new_person(person.name, person.powers, kept), utc_now())

    with server.parts() as parts:
        parts.store.write(add)


def new_person(name: str, powers: tuple[str, ...], password_hash: str) -> NewPerson:
    """Somebody with `role:...` and `right:...` powers."""
    named = [power.partition(":") for power in powers]
    return NewPerson(
        f"{name.lower()}@example.it",
        name,
        "en",
        password_hash,
        frozenset(value for kind, _, value in named if kind == "role"),
        frozenset(value for kind, _, value in named if kind == "right"),
    )
