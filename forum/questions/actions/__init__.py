"""Everything that changes a question, its answers and comments, one function per verb."""

from forum.questions.actions.accepting import accept_again, accept_answer, withdraw_acceptance
from forum.questions.actions.keeping import settle
from forum.questions.actions.reading import note_views
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
    "ask_question",
    "close_question",
    "delete_answer",
    "delete_comment",
    "delete_question",
    "edit_answer",
    "edit_comment",
    "edit_question",
    "hide_answer",
    "hide_comment",
    "hide_question",
    "note_views",
    "post_answer",
    "post_comment",
    "reopen_question",
    "restore_answer",
    "restore_comment",
    "restore_question",
    "settle",
    "take_votes",
    "undelete_answer",
    "undelete_comment",
    "undelete_question",
    "vote",
    "withdraw_acceptance",
]
