"""What is sent to open a ticket, write in it, hand it on, and link what helps."""

import re
from typing import Any
from urllib.parse import urlsplit

from wtforms import HiddenField

from forum.base.errors import Invalid
from forum.base.markup import Rendered
from forum.base.parts import parts
from forum.base.words import Sentence, say
from forum.tickets.models import (
    CLOSED,
    FROM_AGENT,
    FROM_CUSTOMER,
    NEW,
    NOTE,
    OPEN,
    PENDING,
    RESOLVED,
    STATUSES,
    SUBJECT_LENGTH,
    TEXT_LENGTH,
    WHY_LENGTH,
)
from forum.tickets.targets import parse_target
from forum.web.forms import Line, PageForm, Text
from forum.web.knowledge.forms import Choice
from forum.web.language import spoken
from forum.web.questions.forms import Versioned, WrittenForm
from forum.web.writing import rendered

STATUS_WORDS: dict[str, Sentence] = {
    NEW: say("Not started"),
    OPEN: say("In progress"),
    PENDING: say("Waiting for the customer"),
    RESOLVED: say("Resolved"),
    CLOSED: say("Filed away"),
}

KIND_WORDS: dict[str, Sentence] = {
    FROM_AGENT: say("What you told the customer"),
    FROM_CUSTOMER: say("What the customer said"),
    NOTE: say("A note among staff"),
}

#: A number as it is copied from anywhere, or the address of a ticket.
_TICKET = re.compile(r"(?:.*/tickets/)?#?([1-9][0-9]{0,17})(?:[/?#].*)?")


class TicketForm(PageForm):
    """A case, and what the customer said about it."""

    subject = Line(say("What is it about?"), least=3, most=SUBJECT_LENGTH)
    text = Text(say("What did the customer say?"), least=0, most=TEXT_LENGTH)
    question = HiddenField()

    written: Rendered | None = None

    def prepare(self) -> None:
        if self.text.data:
            self.written = rendered(self.text.data)


class MessageForm(WrittenForm):
    """Something said, or noted."""

    kind = Choice(say("What is this?"), default=FROM_AGENT)
    text = Text(say("Text"), most=TEXT_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind, spoken(word)) for kind, word in KIND_WORDS.items()]


class ChangeForm(Versioned):
    """Where a ticket stands, and whose it is."""

    status = Choice(say("State"))
    assignee = Line(say("Who works on it"), least=0, most=20)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [(status, spoken(STATUS_WORDS[status])) for status in STATUSES]

    @property
    def assignee_id(self) -> int | None:
        sent = self.assignee.data or ""
        if not sent:
            return None
        if not (sent.isascii() and sent.isdigit() and len(sent) < 19):
            raise Invalid({"assignee": say("Please choose one of these.")})
        return int(sent)


class LinkForm(PageForm):
    """What helps with this ticket."""

    target = Line(
        say("Answer, article or question"),
        most=500,
        description=say("Paste its address, or write for example: answer 9, article 12, question 7."),
    )
    why = Line(say("Why does it help?"), least=0, most=WHY_LENGTH)

    def prepare(self) -> None:
        host = urlsplit(parts().settings.base_url).netloc
        self.kind, self.number = parse_target(self.target.data, host)


class PassOnForm(PageForm):
    """Which ticket something helps with, chosen or by its number."""

    kind = HiddenField()
    target = HiddenField()
    ticket = Line(say("Ticket number"), least=0, most=300)
    chosen = Line(say("One of these tickets"), least=0, most=20)
    why = Line(say("Why does it help?"), least=0, most=WHY_LENGTH)

    def prepare(self) -> None:
        found = _TICKET.fullmatch(self.ticket.data or self.chosen.data or "")
        target = self.target.data or ""
        if self.kind.data not in ("answer", "article", "question"):
            raise Invalid({"": say("It is not clear what should be linked. Go back and try again.")})
        if not (target.isascii() and target.isdigit() and len(target) < 19):
            raise Invalid({"": say("It is not clear what should be linked. Go back and try again.")})
        if found is None:
            raise Invalid({"ticket": say("Choose a ticket, or write its number.")})
        self.target_id, self.ticket_id = int(target), int(found[1])
