"""What people write, rendered before any transaction begins."""

from forum.accounts.mentions import find_mentioned
from forum.base.errors import Invalid
from forum.base.markup import Rendered, TooComplex, render
from forum.base.parts import parts
from forum.base.requests import db
from forum.media.queries import find_shown
from forum.web.people import reader


def rendered(text: str, field: str = "text") -> Rendered:
    """The text with its HTML; raises Invalid, beside its field, for one that would cost too much."""
    try:
        return render(
            text,
            site=parts().settings.base_url,
            mentions=lambda names: find_mentioned(db(), names),
            pictures=lambda numbers: find_shown(db(), reader(), numbers),
        )
    except TooComplex as too_complex:
        raise Invalid({field: too_complex.reason}) from too_complex
