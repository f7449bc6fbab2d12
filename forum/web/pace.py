"""How fast one caller may ask for what takes time to find or to draw; beyond it they are told to wait."""

from forum.base.parts import parts
from forum.base.shield import Pace
from forum.web.accounts.addresses import client_address
from forum.web.people import reader

#: An office behind one address, all of it searching; a program that reads the whole site is slowed down.
SEARCHES = Pace("searches", 600, 10.0)

#: One request each time somebody pauses while they write a title.
SIMILAR = Pace("similar", 600, 10.0)

#: Rendering costs most of all.
PREVIEWS = Pace("previews", 60, 1.0)

#: Nobody is helped more often than this.
SOLVED = Pace("solved", 20, 0.1)

#: One request for each letter of a name.
NAMES = Pace("names", 300, 5.0)


def keep_pace(pace: Pace) -> None:
    """Count one request of this caller; raises TooMany."""
    who = reader()
    parts().shield.spend(pace, f"user:{who.id}" if who.is_signed_in else client_address())
