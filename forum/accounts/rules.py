"""Who may do what to accounts."""

from forum.accounts.models import ADMINISTRATOR, Reader, User
from forum.base.verdicts import YES, Verdict, no

SCOPES = ("read", "write", "moderate", "knowledge", "agent", "insight", "admin")


def may_administer(reader: Reader) -> Verdict:
    """See and change how the site is run: people, jobs, the log."""
    if reader.is_administrator:
        return YES
    return no("Only administrators can do this.")


def may_read_log(reader: Reader) -> Verdict:
    """Read what staff did: administrators all of it, moderators what was done to texts."""
    if reader.is_administrator:
        return YES
    if reader.is_moderator:
        return YES
    return no("Only administrators and moderators can read the log of what staff did.")


def may_export_log(reader: Reader) -> Verdict:
    """Take the log out of the house as a file."""
    if reader.is_administrator:
        return YES
    return no("Only administrators can export the log of what staff did.")


def may_change_roles(actor: Reader, person: User, roles: frozenset[str], is_last_administrator: bool) -> Verdict:
    """Give and take roles and rights, so that `roles` is what the person has after it."""
    if not actor.is_administrator:
        return no("Only administrators can do this.")
    if is_last_administrator and ADMINISTRATOR not in roles:
        return no("This is the last administrator. Make somebody else an administrator first.")
    if person.email is None and roles:
        return no("This person was imported and has no way to sign in, so they cannot have a role.")
    return YES


def may_disable(actor: Reader, person: User, is_last_administrator: bool) -> Verdict:
    """Shut somebody out."""
    if not actor.is_administrator:
        return no("Only administrators can do this.")
    if actor.id == person.id:
        return no("You cannot disable your own account.")
    if is_last_administrator:
        return no("This is the last administrator. Make somebody else an administrator first.")
    return YES


def may_use_scope(owner: Reader, scope: str) -> Verdict:
    """Whether a token of this owner may act within a scope: never more than the owner may."""
    allowed = {
        "read": owner.is_signed_in,
        "write": owner.is_signed_in,
        "moderate": owner.is_moderator,
        "knowledge": owner.is_editor or owner.is_staff,
        "agent": owner.is_agent,
        "insight": owner.is_manager or owner.is_administrator,
        "admin": owner.is_administrator,
    }
    if allowed.get(scope, False):
        return YES
    return no("A token cannot do more than its owner, who may not use the scope %(scope)s.", scope=scope)


def may_sign_in(person: User) -> Verdict:
    """Come in with the right password."""
    if person.disabled_at is not None:
        return no("This account has been closed. If you think this is a mistake, write to us.")
    return YES
