"""What can happen to questions, answers and comments; a reaction looks up what is true by then."""

from dataclasses import dataclass


@dataclass(frozen=True)
class QuestionAsked:
    question_id: int


@dataclass(frozen=True)
class QuestionEdited:
    """Title, text or tags are no longer what they were."""

    question_id: int


@dataclass(frozen=True)
class QuestionHidden:
    question_id: int


@dataclass(frozen=True)
class QuestionRestored:
    question_id: int


@dataclass(frozen=True)
class QuestionDeleted:
    question_id: int


@dataclass(frozen=True)
class QuestionUndeleted:
    question_id: int


@dataclass(frozen=True)
class QuestionClosed:
    question_id: int


@dataclass(frozen=True)
class QuestionReopened:
    question_id: int


@dataclass(frozen=True)
class AnswerPosted:
    answer_id: int


@dataclass(frozen=True)
class AnswerEdited:
    answer_id: int


@dataclass(frozen=True)
class AnswerAccepted:
    answer_id: int


@dataclass(frozen=True)
class AcceptanceWithdrawn:
    """The answer is no longer the one that solved it: taken back, replaced, hidden or deleted."""

    answer_id: int


@dataclass(frozen=True)
class AnswerHidden:
    answer_id: int


@dataclass(frozen=True)
class AnswerRestored:
    answer_id: int


@dataclass(frozen=True)
class AnswerDeleted:
    answer_id: int


@dataclass(frozen=True)
class AnswerUndeleted:
    answer_id: int


@dataclass(frozen=True)
class CommentPosted:
    comment_id: int


@dataclass(frozen=True)
class CommentEdited:
    comment_id: int


@dataclass(frozen=True)
class CommentHidden:
    comment_id: int


@dataclass(frozen=True)
class CommentRestored:
    comment_id: int


@dataclass(frozen=True)
class CommentDeleted:
    comment_id: int


@dataclass(frozen=True)
class CommentUndeleted:
    comment_id: int


@dataclass(frozen=True)
class HelpNeeded:
    """The asker says that what is there does not help; the question waits again."""

    question_id: int


@dataclass(frozen=True)
class MeTooChanged:
    """Somebody has the same problem, or not after all."""

    question_id: int
    user_id: int


@dataclass(frozen=True)
class FollowChanged:
    """Somebody wants to hear what happens to a question or about a topic, or no more; one of the two is set."""

    user_id: int
    question_id: int | None
    tag_id: int | None


@dataclass(frozen=True)
class RevisionRedacted:
    """The words of an earlier version are gone; one of the two is set."""

    question_id: int | None
    answer_id: int | None
    number: int


@dataclass(frozen=True)
class TagDescribed:
    """What a topic is about is said in other words."""

    tag_id: int


@dataclass(frozen=True)
class VoteChanged:
    """The score of a question or answer is no longer what it was; one of the two is set."""

    question_id: int | None
    answer_id: int | None


@dataclass(frozen=True)
class PersonMentioned:
    """A text names somebody it did not name before; `kind` and `row_id` say which text."""

    user_id: int
    by_id: int
    kind: str
    row_id: int
