"""Who may keep drafts, and whose they are."""

from forum.accounts.models import Reader
from forum.base.verdicts import YES, Verdict, no
from forum.drafts.models import Draft


def may_keep_drafts(actor: Reader) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to keep a draft.")
    return YES


def may_discard_draft(actor: Reader, draft: Draft) -> Verdict:
    if not actor.is_signed_in:
        return no("Sign in to discard a draft.")
    if actor.id != draft.user_id:
        return no("Only the person who wrote a draft can discard it.")
    return YES
