"""What is sent to ask, answer, comment, edit, hide and close."""

from typing import Any

from wtforms import HiddenField, SelectField

from forum.base.markup import Rendered
from forum.base.requests import db
from forum.base.words import Sentence, say
from forum.questions.checks import check_tags, split_tags
from forum.questions.models import COMMENT_LENGTH, MOST_TAGS, TAG_LENGTH, TEXT_LENGTH, TITLE_LENGTH, WHY_LENGTH
from forum.questions.queries import list_products
from forum.web.forms import Line, PageForm, Text
from forum.web.language import gettext, language
from forum.web.writing import rendered

#: Room for all tags with commas and blanks between them.
TAGS_LENGTH = MOST_TAGS * (TAG_LENGTH + 2)

TAGS_HINT = say("Up to five topics with commas between them, such as: fibre, router.")


class WrittenForm(PageForm):
    """A form with a text, which is rendered while nobody waits for it."""

    written: Rendered

    def prepare(self) -> None:
        self.written = rendered(self.text.data)


class ProductField(SelectField):  # type: ignore[misc]
    """One of the products that are offered, or none; whether it can be chosen is the action's to say."""

    def __init__(self, label: Sentence, **kwargs: Any) -> None:
        super().__init__(label, default="", validate_choice=False, **kwargs)

    def offer(self, kept: str = "") -> None:
        """Read what can be chosen; `kept` is the product a question has already, offered or not."""
        spoken = language()
        self.choices = [
            ("", gettext("None of these")),
            *(
                (product.slug, product.name_in(spoken))
                for product in list_products(db())
                if product.archived_at is None or product.slug in (kept, self.data)
            ),
        ]


class AskForm(WrittenForm):
    title = Line(say("What is the problem?"), most=TITLE_LENGTH)
    text = Text(say("What happened, and what have you tried?"), most=TEXT_LENGTH)
    product = ProductField(say("What is it about?"))
    tags = Line(say("Tags"), least=0, most=TAGS_LENGTH, description=TAGS_HINT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.product.offer()

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


class CloseForm(PageForm):
    """Why a question takes no more answers: in words, or by the question that asked the same before."""

    duplicate_of = Line(
        say("The question that asked the same before"),
        least=0,
        most=WHY_LENGTH,
        description=say("Its number, or its address on this site. Whoever comes here is led there."),
    )
    why = Line(
        say("Why?"), least=0, most=WHY_LENGTH, description=say("Not needed where another question asked the same.")
    )


class MaybeWhyForm(PageForm):
    """A reason, where one is needed or somebody wants to give one; the person concerned may read it."""

    why = Line(say("Why?"), least=0, most=WHY_LENGTH)
