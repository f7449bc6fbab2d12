"""Everything that changes a question, its answers and comments, one function per verb."""

from forum.questions.actions.accepting import accept_again, accept_answer, ask_for_help_again, withdraw_acceptance
from forum.questions.actions.describing import describe_tag
from forum.questions.actions.going_back import redact, roll_back
from forum.questions.actions.joining import follow, say_me_too, unfollow, withdraw_me_too
from forum.questions.actions.keeping import settle
from forum.questions.actions.reading import note_views
from forum.questions.actions.relating import keep_similar
from forum.questions.actions.removing import (
    close_question,
    delete_answer,
    delete_comment,
    delete_question,
    hide_answer,
    hide_comment,
    hide_question,
    reopen_question,
    restore_answer,
    restore_comment,
    restore_question,
    undelete_answer,
    undelete_comment,
    undelete_question,
)
from forum.questions.actions.voting import take_votes, vote
from forum.questions.actions.writing import (
    ask_question,
    edit_answer,
    edit_comment,
    edit_question,
    post_answer,
    post_comment,
)

__all__ = [
    "accept_again",
    "accept_answer",
    "ask_for_help_again",
    "ask_question",
    "close_question",
    "delete_answer",
    "delete_comment",
    "delete_question",
    "describe_tag",
    "edit_answer",
    "edit_comment",
    "edit_question",
    "follow",
    "hide_answer",
    "hide_comment",
    "hide_question",
    "keep_similar",
    "note_views",
    "post_answer",
    "post_comment",
    "redact",
    "reopen_question",
    "restore_answer",
    "restore_comment",
    "restore_question",
    "roll_back",
    "say_me_too",
    "settle",
    "take_votes",
    "undelete_answer",
    "undelete_comment",
    "undelete_question",
    "unfollow",
    "vote",
    "withdraw_acceptance",
    "withdraw_me_too",
]
