"""What is sent to ask, answer, comment, edit, hide and close."""

from wtforms import HiddenField

from forum.base.markup import Rendered
from forum.base.words import say
from forum.questions.checks import check_tags, split_tags
from forum.questions.models import COMMENT_LENGTH, MOST_TAGS, TAG_LENGTH, TEXT_LENGTH, TITLE_LENGTH, WHY_LENGTH
from forum.web.forms import Line, PageForm, Text
from forum.web.writing import rendered

#: Room for all tags with commas and blanks between them.
TAGS_LENGTH = MOST_TAGS * (TAG_LENGTH + 2)

TAGS_HINT = say("Up to five topics with commas between them, such as: fibre, router.")


class WrittenForm(PageForm):
    """A form with a text, which is rendered while nobody waits for it."""

    written: Rendered

    def prepare(self) -> None:
        self.written = rendered(self.text.data)


class AskForm(WrittenForm):
    title = Line(say("What is the problem?"), most=TITLE_LENGTH)
    text = Text(say("What happened, and what have you tried?"), most=TEXT_LENGTH)
    tags = Line(say("Tags"), least=0, most=TAGS_LENGTH, description=TAGS_HINT)

    def prepare(self) -> None:
        super().prepare()
        self.tag_names = check_tags(split_tags(self.tags.data))


class AnswerForm(WrittenForm):
    text = Text(say("What would you try, and how?"), most=TEXT_LENGTH)


class CommentForm(WrittenForm):
    text = Text(say("Your comment"), most=COMMENT_LENGTH)


class Versioned(PageForm):
    """An edit that names the version it began from."""

    version = HiddenField()

    @property
    def version_number(self) -> int:
        """The version, or 0, which none has, where the field was tampered with."""
        sent = self.version.data or ""
        return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


class EditQuestionForm(Versioned, AskForm):
    why = Line(say("What did you change?"), least=0, most=WHY_LENGTH)


class EditAnswerForm(Versioned, WrittenForm):
    text = Text(say("Your answer"), most=TEXT_LENGTH)
    why = Line(say("What did you change?"), least=0, most=WHY_LENGTH)


class EditCommentForm(Versioned, WrittenForm):
    text = Text(say("Your comment"), most=COMMENT_LENGTH)


class RollBackForm(Versioned):
    """`version` is the one that stands there now."""

    why = Line(say("Why?"), least=0, most=WHY_LENGTH)


class WhyForm(PageForm):
    """A reason that the person concerned will read."""

    why = Line(say("Why?"), most=WHY_LENGTH)
