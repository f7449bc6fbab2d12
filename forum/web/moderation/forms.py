"""What is sent to flag something, and to decide about what was flagged."""

from typing import Any

from wtforms import HiddenField, RadioField, SelectMultipleField

from forum.base.words import say
from forum.moderation.actions import Seen
from forum.moderation.models import CLOSE, DELETE, HIDE, KEEP, MEND, WORDS_LENGTH
from forum.questions.models import WHY_LENGTH
from forum.web.forms import Line, PageForm, SpokenChoice
from forum.web.moderation.wording import REASON_CHOICES

#: An item as its checkbox names it: its number, its round, and the version of the text that was shown.
_PARTS = 3


class FlagForm(PageForm):
    """What is wrong with a text; whether a reason exists is the action's to check."""

    reason = RadioField(say("What is wrong with it?"), choices=REASON_CHOICES, validate_choice=False)
    words = Line(
        say("In your words"),
        least=0,
        most=WORDS_LENGTH,
        description=say("Only moderators read this. Say what they should look at."),
    )


class DecisionForm(PageForm):
    """What becomes of one text."""

    decision = RadioField(
        say("What should become of it?"),
        choices=[
            (KEEP, say("Keep it: nothing is wrong with it")),
            (HIDE, say("Hide it")),
            (MEND, say("Ask the author to mend it; hidden until then")),
            (CLOSE, say("Close the question")),
            (DELETE, say("Delete it")),
        ],
        validate_choice=False,
    )
    why = Line(
        say("Why?"),
        least=0,
        most=WHY_LENGTH,
        description=say("The author and those who flagged it read this. Needed to hide, to ask, and to close."),
    )
    round = HiddenField()
    version = HiddenField()

    @property
    def seen(self) -> Seen:
        """What the moderator saw; -1, which nothing is, where a field was tampered with."""
        return Seen(small_number(self.round.data), small_number(self.version.data))


class BulkForm(PageForm):
    """The same decision about all that is ticked."""

    item = SelectMultipleField(say("Which"), choices=[], validate_choice=False)
    decision = SpokenChoice(
        say("What should become of them?"),
        choices=[(KEEP, say("Keep them")), (HIDE, say("Hide them")), (DELETE, say("Delete them"))],
        validate_choice=False,
    )
    why = Line(say("Why?"), least=0, most=WHY_LENGTH, description=say("Needed to hide them; their authors read it."))

    @property
    def seen(self) -> dict[int, Seen]:
        """What was ticked, as the moderator saw it; what no checkbox of ours could say is left out."""
        found: dict[int, Seen] = {}
        for ticked in self.item.data or []:
            numbers = [small_number(each) for each in str(ticked).split("-")]
            if len(numbers) == _PARTS and min(numbers) >= 0:
                found[numbers[0]] = Seen(numbers[1], numbers[2])
        return found


def small_number(sent: Any) -> int:
    """A number out of a hidden field, or -1."""
    text = str(sent or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else -1
