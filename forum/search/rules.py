"""Who looks at what people did not find, and who does something about it."""

from forum.accounts.models import Reader
from forum.base.verdicts import YES, Verdict, no
from forum.search.models import DISMISSED, OPEN, Gap


def may_see_gaps(reader: Reader) -> Verdict:
    """What was looked for and not found is for those who can do something about it."""
    if reader.is_editor:
        return YES
    if reader.is_moderator:
        return YES
    if reader.is_administrator:
        return YES
    return no("Only editors, moderators and administrators can see what people did not find.")


def may_answer_gap(actor: Reader, gap: Gap) -> Verdict:
    """Say what answers it; another answer may take the place of an earlier one."""
    verdict = may_see_gaps(actor)
    if not verdict:
        return verdict
    if gap.state == DISMISSED:
        return no("This was set aside. Take that back first.")
    return YES


def may_dismiss_gap(actor: Reader, gap: Gap) -> Verdict:
    """Say that nothing is to be done about it."""
    verdict = may_see_gaps(actor)
    if not verdict:
        return verdict
    if gap.state == DISMISSED:
        return no("This was set aside already.")
    return YES


def may_reopen_gap(actor: Reader, gap: Gap) -> Verdict:
    """Put it back among those that wait for somebody."""
    verdict = may_see_gaps(actor)
    if not verdict:
        return verdict
    if gap.state == OPEN:
        return no("This waits for somebody already.")
    return YES


def may_see_duplicates(reader: Reader) -> Verdict:
    """See which questions may repeat older ones, and say of a pair that it does not."""
    if reader.is_moderator:
        return YES
    return no("Only moderators can see which questions may have been asked before.")
