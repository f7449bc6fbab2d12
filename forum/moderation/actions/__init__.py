"""Everything that changes what is flagged, one function per verb."""

from forum.moderation.actions.claiming import claim, claim_next, put_back, release
from forum.moderation.actions.deciding import Seen, decide, decide_all, undo_decision
from forum.moderation.actions.flagging import flag_text, withdraw_flag

__all__ = [
    "Seen",
    "claim",
    "claim_next",
    "decide",
    "decide_all",
    "flag_text",
    "put_back",
    "release",
    "undo_decision",
    "withdraw_flag",
]
