"""The readable part of an address, made from a title."""

import re
import unicodedata
from functools import lru_cache

#: Enough words to recognise a title in a list of links.
SLUG_LENGTH = 80

_GAPS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def slugify(title: str) -> str:
    """ASCII words joined by hyphens; "-" when nothing is left, so that an address keeps its shape."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    slug = _GAPS.sub("-", plain).strip("-")
    if len(slug) > SLUG_LENGTH:
        slug = slug[:SLUG_LENGTH].rsplit("-", 1)[0].strip("-") or slug[:SLUG_LENGTH]
    return slug or "-"
