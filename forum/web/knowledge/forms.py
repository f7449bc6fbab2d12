"""What is sent to write an article, to review it, to put it away, and to tie it to questions."""

import re
from typing import Any

from wtforms import HiddenField, SelectField

from forum.base.parts import parts
from forum.base.words import say
from forum.knowledge.models import (
    ACCEPTED,
    APPROVE,
    COMMENT_LENGTH,
    DELETED,
    HIDDEN,
    RETURN,
    TEXT_LENGTH,
    TITLE_LENGTH,
    TITLE_SHORTEST,
    UNACCEPTED,
    WHY_LENGTH,
)
from forum.knowledge.sources import Source
from forum.web.context import own_name
from forum.web.forms import Line, PageForm, Text, WrongField
from forum.web.questions.addresses import question_number
from forum.web.questions.forms import Versioned, WrittenForm

_SOURCE = re.compile(rf"([1-9][0-9]{{0,8}})-({ACCEPTED}|{UNACCEPTED}|{HIDDEN}|{DELETED})")


class Choice(SelectField):  # type: ignore[misc]
    """One of several values; anything else is said in a sentence of ours."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in [value for value, _label in self.choices]:
            raise WrongField(say("Please choose one of these."))


class ArticleForm(Versioned, WrittenForm):
    title = Line(say("Title"), least=TITLE_SHORTEST, most=TITLE_LENGTH)
    text = Text(
        say("Text"),
        most=TEXT_LENGTH,
        description=say("Write it for somebody who has this problem now and was not part of the conversation."),
    )
    language = Choice(say("Language"))
    why = Line(
        say("What did you change?"),
        least=0,
        most=WHY_LENGTH,
        description=say("A few words for the reviewer and for whoever comes after you."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(code, own_name(code)) for code in parts().settings.languages]


class ReviewForm(Versioned):
    outcome = HiddenField()
    comment = Text(
        say("Your comment"),
        least=0,
        most=COMMENT_LENGTH,
        description=say("Needed when you return it: what is missing?"),
    )
    source = HiddenField()

    @property
    def chosen(self) -> str:
        return self.outcome.data if self.outcome.data in (APPROVE, RETURN) else ""

    @property
    def seen(self) -> Source | None:
        """The source as the page showed it, or None where there is none or the field was tampered with."""
        found = _SOURCE.fullmatch(self.source.data or "")
        return Source(int(found[1]), found[2]) if found else None


class StateForm(PageForm):
    state = HiddenField()
    why = Line(say("Why?"), least=0, most=WHY_LENGTH)


class DoubtForm(PageForm):
    why = Line(say("What may be wrong?"), most=WHY_LENGTH)


class GatherForm(PageForm):
    question = Line(
        say("Another question it answers"), most=500, description=say("Its number, or its address on this site.")
    )

    @property
    def question_id(self) -> int | None:
        return question_number(self.question.data or "")


class ReleaseForm(PageForm):
    question = HiddenField()

    @property
    def question_id(self) -> int | None:
        return question_number(self.question.data or "")
