"""People and their tokens from the terminal: `user add`, `user role`, `token add`; refusals rise to the group."""

import sys
from collections.abc import Callable
from typing import cast

import click
from sqlalchemy.orm import Session

from forum.accounts import administration, passwords, tokens
from forum.accounts.actions import log_staff_act
from forum.accounts.emails import normalise_email
from forum.accounts.links import CHOOSE_PASSWORD, ProofLinks
from forum.accounts.models import CUSTOMER, RIGHTS, ROLES, STAFF_ROLES, User
from forum.accounts.names import normalise_name
from forum.accounts.queries import has_administrator, user_with_email
from forum.accounts.rules import SCOPES
from forum.base.causes import Cause
from forum.base.clock import utc_now
from forum.base.errors import Refused
from forum.base.parts import Parts
from forum.base.words import say


def parts_of(context: click.Context) -> Parts:
    """The parts this command works with; the group above put a function there that makes them."""
    make = cast("Callable[[], Parts]", context.find_root().obj)
    return make()


def set_up_url(parts: Parts) -> str | None:
    """The one-time link for the first administrator, or None where there is one."""
    with parts.store.reading() as session:
        if has_administrator(session):
            return None
    return ProofLinks(parts.settings.base_url, parts.signer).set_up()


@click.group()
def user() -> None:
    """People and what they may do."""


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="What others see.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="Can be given several times.")
@click.option("--right", "rights", multiple=True, type=click.Choice(RIGHTS), help="Can be given several times.")
@click.option("--language", help="The language of mails and pages; the first of the site by default.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input.")
@click.pass_context
def add_user(
    context: click.Context,
    email: str,
    name: str,
    roles: tuple[str, ...],
    rights: tuple[str, ...],
    language: str | None,
    password_stdin: bool,
) -> None:
    """Make an account. Without a password, print a one-time link to choose one."""
    parts = parts_of(context)
    spoken = language or parts.settings.languages[0]
    if spoken not in parts.settings.languages:
        raise click.ClickException(f"This site speaks {', '.join(parts.settings.languages)}.")
    typed = sys.stdin.readline().rstrip("\r\n") if password_stdin else None

    def add(session: Session) -> User:
        return administration.add_person(session, person, utc_now())

    address = normalise_email(email)
    clean_name = normalise_name(name)
    password_hash = None
    if typed is not None:
        own_words = (clean_name, address, parts.settings.site_name)
        weak = passwords.why_weak(typed, is_staff=not STAFF_ROLES.isdisjoint(roles), own_words=own_words)
        if weak is not None:
            raise Refused(weak)
        password_hash = passwords.hash_password(typed)
    person = administration.NewPerson(
        address, clean_name, spoken, password_hash, frozenset(roles) - {CUSTOMER}, frozenset(rights)
    )
    added = parts.store.write(add)
    click.echo(f"{added.name} <{added.email}> is user {added.id}: {powers_of(added)}.", err=password_hash is None)
    if password_hash is None:
        days = CHOOSE_PASSWORD.lifetime.days
        click.echo(f"With this link they choose a password, once, within {days} days:", err=True)
        click.echo(ProofLinks(parts.settings.base_url, parts.signer).choose_password(added))


@user.command("role")
@click.argument("email")
@click.option("--give", multiple=True, type=click.Choice(ROLES[1:] + RIGHTS), help="A role or right to give.")
@click.option("--take", multiple=True, type=click.Choice(ROLES[1:] + RIGHTS), help="A role or right to take.")
@click.pass_context
def change_role(context: click.Context, email: str, give: tuple[str, ...], take: tuple[str, ...]) -> None:
    """Give and take roles and rights; without either, say which somebody has."""
    parts = parts_of(context)
    both = sorted(set(give) & set(take))
    if both:
        raise click.UsageError(f"{', '.join(both)} cannot be given and taken at once.")

    def change(session: Session) -> User:
        found = known_user(session, address)
        roles = (found.roles | (set(give) & set(ROLES))) - set(take)
        rights = (found.rights | (set(give) & set(RIGHTS))) - set(take)
        administration.change_powers(session, None, found, roles, rights, utc_now())
        return found

    address = normalise_email(email)
    changed = parts.store.write(change)
    click.echo(f"{changed.name} <{changed.email}>: {powers_of(changed)}.")


@click.group()
def token() -> None:
    """Tokens for programs."""


@token.command("add")
@click.argument("email")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES))
@click.option("--name", default="made at the terminal", help="What it is for.")
@click.pass_context
def add_token(context: click.Context, email: str, scopes: tuple[str, ...], name: str) -> None:
    """Print a new API token, this once, alone on the standard output."""
    parts = parts_of(context)

    def add(session: Session) -> str:
        owner, now = known_user(session, address), utc_now()
        made, text = tokens.add_token(session, owner, name[:80], frozenset(scopes), now)
        after = {"token_id": made.id, "scopes": sorted(made.scopes)}
        log_staff_act(session, None, "add_token", Cause.of(owner), now, after=after)
        return text

    address = normalise_email(email)
    click.echo(parts.store.write(add))


def known_user(session: Session, address: str) -> User:
    """Raise Refused where nobody has the address."""
    found = user_with_email(session, address)
    if found is None:
        raise Refused(say("Nobody has the address %(address)s.", address=address))
    return found


def powers_of(person: User) -> str:
    """Roles and rights in one line."""
    return ", ".join([*sorted(person.roles), *sorted(person.rights)]) or CUSTOMER
