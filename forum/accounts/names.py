"""What people may call themselves: anything that does not pose as the company or as a link."""

import re
import unicodedata

from forum.accounts.models import NAME_LENGTH
from forum.base.errors import Invalid
from forum.base.texts import Unclean, clean_line
from forum.base.words import Sentence, say

LEAST_LENGTH = 2

#: A name that mail programs would turn into a link is an advertisement.
_LINK = re.compile(r"[/\\@<>:|]|www\.|\w{2,}\.[a-z]{2,}", re.IGNORECASE)

#: Words by which only the company calls itself, in the languages we speak.
RESERVED = frozenset(
    (
        *("admin", "administrator", "amministratore", "amministrazione", "moderator", "moderatore", "moderazione"),
        *("staff", "support", "supporto", "assistenza", "help", "helpdesk", "system", "sistema", "root"),
        *("postmaster", "webmaster", "anonymous", "anonimo"),
    )
)


def normalise_name(text: str, site_name: str = "") -> str:
    """One clean line; raise Invalid, about the field `name`, for what must not stand beside a post."""
    try:
        name = clean_line(text)
    except Unclean as unclean:
        raise Invalid({"name": unclean.reason}) from unclean
    wrong = why_not(name, site_name)
    if wrong is not None:
        raise Invalid({"name": wrong})
    return name


def why_not(name: str, site_name: str = "") -> Sentence | None:
    """What is wrong with a clean name, or None."""
    if len(name) < LEAST_LENGTH or not any(character.isalnum() for character in name):
        return say("Please write a name of at least two letters.")
    if len(name) > NAME_LENGTH:
        return say("A name has at most %(most)d characters.", most=NAME_LENGTH)
    if _LINK.search(name):
        return say("A name cannot hold an address or a link.")
    if _bare(name) in RESERVED or (site_name and _bare(name) == _bare(site_name)):
        return say("This name belongs to the people who run this site. Please choose another.")
    return None


def _bare(name: str) -> str:
    """The letters alone, without accents, so that disguises of a reserved name look the same."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in folded if character.isalnum())
