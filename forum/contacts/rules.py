"""Who may look into the CRM and change it: agents and administrators, nobody else, moderators included."""

from forum.accounts.models import Reader, User
from forum.base.verdicts import YES, Verdict, no
from forum.contacts.models import Contact, ContactMerge


def may_see_contacts(reader: Reader) -> Verdict:
    """What a customer is to the company is for those who serve them."""
    if reader.is_agent:
        return YES
    return no("Only agents can look at the company's contacts.")


def may_change_contacts(actor: User) -> Verdict:
    """Adding contacts and changing what is known of them."""
    return may_see_contacts(actor)


def may_join(actor: User, contact: Contact, user: User) -> Verdict:
    """Saying that a contact and a forum user are one person."""
    if not actor.is_agent:
        return no("Only agents can say who a forum user is.")
    if contact.user_id == user.id:
        return YES
    if contact.user_id is not None:
        return no("This contact is joined to somebody else. Undo that first.")
    if user.disabled_at is not None:
        return no("This account is closed.")
    return YES


def may_part(actor: User, contact: Contact) -> Verdict:
    """Taking a join back."""
    if not actor.is_agent:
        return no("Only agents can say who a forum user is.")
    if contact.user_id is None:
        return no("This contact is not joined to anybody.")
    return YES


def may_merge(actor: User, kept: Contact, gone: Contact) -> Verdict:
    """Saying that two contacts are one person."""
    if not actor.is_agent:
        return no("Only agents can merge contacts.")
    if kept.id == gone.id:
        return no("This is the same contact. Choose another one to merge it with.")
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        return no("One of these contacts is already merged with another.")
    if kept.user_id is not None and gone.user_id is not None:
        return no("Both are joined to a forum user. One person has one account: undo the wrong join first.")
    return YES


def may_undo_merge(actor: User, merge: ContactMerge, newest_id: int | None) -> Verdict:
    """Making two out of one again; `newest_id` is the last merge into the same contact that stands."""
    if not actor.is_agent:
        return no("Only agents can undo a merge.")
    if merge.undone_at is not None:
        return no("This merge is already undone.")
    if merge.kept.merged_into_id is not None:
        return no("This contact was itself merged with another. Undo that first.")
    if merge.id != newest_id:
        return no("Another contact was merged into this one later. Undo that first.")
    return YES
