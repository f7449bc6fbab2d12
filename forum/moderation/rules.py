"""Who may doubt a text, who looks at doubts, and who decides."""

from datetime import datetime

from forum.accounts.models import Reader
from forum.base.verdicts import YES, Verdict, no
from forum.moderation.models import CLOSE, DECIDED, DELETE, DROPPED, KEEP, MENDING, OPEN, Decision, Flag, ReviewItem
from forum.questions.models import Comment, Post, Question
from forum.questions.rows import CommentRow
from forum.questions.rules import AnyPost


def may_flag(actor: Reader, post: AnyPost, earlier: Flag | None = None, version: int = 0) -> Verdict:
    """Doubt a text that one can see; `earlier` is the actor's last flag on it, `version` the one it has now."""
    if not actor.is_signed_in:
        return no("Sign in to flag something.")
    if actor.id == post.author_id:
        return no("You wrote this yourself. You can edit or delete it.")
    if not post.is_public:
        return no("This was removed already.")
    if not _stands_in_public(post):
        return no("The question this belongs to was removed already.")
    if earlier is None or earlier.withdrawn_at is not None:
        return YES
    if earlier.item.state in (OPEN, MENDING):
        return no("You have flagged this already, and a moderator will look at it. Thank you.")
    if earlier.text_version == version:
        return no("You have flagged this before, and a moderator has decided. You find the answer among your flags.")
    return YES


def _stands_in_public(post: AnyPost) -> bool:
    if isinstance(post, CommentRow):  # drawn on the page of its question, which knows
        return True
    return post.question.is_public if isinstance(post, Comment) else post.question_is_public


def may_withdraw_flag(actor: Reader, flag: Flag) -> Verdict:
    """Take one's own doubt back, as long as nobody has decided."""
    if actor.id != flag.flagger_id:
        return no("This flag is not yours.")
    if flag.withdrawn_at is not None:
        return no("You have taken this flag back already.")
    if flag.item.state != OPEN or flag.item.mended_at is not None:
        return no("A moderator has decided about this already.")
    return YES


def may_review(reader: Reader) -> Verdict:
    """See what readers flagged."""
    if not reader.is_moderator:
        return no("Only moderators can see what was flagged.")
    return YES


def may_claim(actor: Reader, item: ReviewItem, now: datetime) -> Verdict:
    """Say: I am looking at this."""
    verdict = _may_work_on(actor, item, now)
    if verdict and item.state != OPEN:
        return no("Nobody has to look at this any more.")
    return verdict


def may_decide(actor: Reader, item: ReviewItem, now: datetime) -> Verdict:
    verdict = _may_work_on(actor, item, now)
    if verdict and item.state == DECIDED:
        return no("This was decided already. Undo that decision to decide anew.")
    if verdict and item.state == DROPPED:
        return no("All who flagged this have taken it back, so there is nothing to decide.")
    return verdict


def _may_work_on(actor: Reader, item: ReviewItem, now: datetime) -> Verdict:
    if not actor.is_moderator:
        return no("Only moderators can decide about what was flagged.")
    if actor.id == item.author_id:
        return no("You wrote this yourself. Another moderator has to decide.")
    if item.is_claimed(now) and item.claimed_by_id != actor.id and item.claimed_by is not None:
        return no("%(name)s is looking at this right now.", name=item.claimed_by.name)
    return YES


def may_choose(decision: str, post: Post) -> Verdict:
    """Whether a decision makes sense for such a text, in the state it is in."""
    if decision == CLOSE and not isinstance(post, Question):
        return no("Only a question can be closed.")
    if post.is_deleted and decision not in (DELETE, KEEP):
        return no("This was deleted meanwhile. Delete it, or leave it as it is.")
    return YES


def may_undo(actor: Reader, decision: Decision) -> Verdict:
    """Take a decision back, one's own or another moderator's; only the last one about an item."""
    if not actor.is_moderator:
        return no("Only moderators can undo a decision.")
    if actor.id == decision.item.author_id:
        return no("You wrote this yourself. Another moderator has to decide.")
    if decision.undone_at is not None:
        return no("This decision was undone already.")
    if decision.round != decision.item.round:
        return no("There is a newer decision about this. Undo that one.")
    return YES
