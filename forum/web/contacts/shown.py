"""How an address or number is read on an agent's page."""

from babel import Locale

from forum.base.parts import parts
from forum.contacts import points
from forum.web.language import language


def phone_region() -> str:
    """Where numbers without a country code are dialled."""
    return parts().settings.phone_region


def home_country() -> str:
    """The same in the reader's words."""
    known: str | None = Locale.parse(language()).territories.get(phone_region())
    return known or phone_region()


def point_value(kind: str, text: str) -> str:
    """The one form of an address or number as somebody here writes it; raises Invalid."""
    return points.point_value(kind, text, phone_region())


def spoken_point(kind: str, value: str) -> str:
    """As people here read it."""
    return points.spoken_point(kind, value, phone_region())
