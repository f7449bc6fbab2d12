"""What the rows of a dump become here: people, titles, tags and dates, each made to fit and nothing dropped unseen."""

import hashlib
import html
import re
from dataclasses import dataclass
from datetime import datetime

from forum.accounts.models import NAME_LENGTH
from forum.questions.models import TAG_LENGTH, TITLE_LENGTH
from forum.transfer.html_to_markdown import html_to_markdown
from forum.transfer.stackexchange.bench import Bench, Found
from forum.transfer.stackexchange.dump import Row, number, text
from forum.transfer.stackexchange.moments import licence_on, read_moment
from forum.transfer.stackexchange.origins import Site
from forum.transfer.stackexchange.texts import clean_line, plain_words

#: For those of whom the dump keeps not even a name.
NOBODY = "Former user"

_TAG_GAPS = re.compile(r"[\s_]+")


@dataclass(frozen=True)
class Author:
    """A person as we will know them; `key` is how the dump knows them."""

    key: str
    name: str
    about: str
    created_at: datetime
    origin_url: str | None


def author_key(author: str) -> str:
    """The author as remembered in `ImportedRow`, whose column is short."""
    if len(author) <= 40:
        return author
    return "~" + hashlib.sha256(author.encode()).hexdigest()[:39]


def make_author(bench: Bench, site: Site, author: str, first_seen: str) -> Author:
    """One person: from the list of users, or from the name that a deleted one left with their texts."""
    seen = datetime.fromisoformat(first_seen)
    if author.startswith("~"):
        return Author(author_key(author), _name(author[1:]) or NOBODY, "", seen, None)
    user_id = int(author)
    row = bench.user(user_id)
    if row is None:
        return Author(author, f"user{user_id}", "", seen, site.user(user_id))
    name = _name(text(row, "displayname")) or f"user{user_id}"
    since = read_moment(text(row, "creationdate")) or seen
    return Author(author, name, _about(text(row, "aboutme"), site), min(since, seen), site.user(user_id))


def _name(words: str) -> str:
    return clean_line(html.unescape(words))[:NAME_LENGTH].strip()


def _about(source: str, site: Site) -> str:
    try:
        return html_to_markdown(source, base=site.base)
    except (ValueError, RecursionError):
        return plain_words(source)


def title_of(row: Row, body: str) -> tuple[str, str]:
    """The title as it fits, and the whole of it where it does not."""
    title = clean_line(text(row, "title")) or clean_line(body[:TITLE_LENGTH]) or "?"
    if len(title) <= TITLE_LENGTH:
        return title, ""
    return title[: TITLE_LENGTH - 1].rstrip() + "…", title


def tag_names(row: Row) -> list[str]:
    """`<a><b>` as it was for long, or `|a|b|` as it is now."""
    names = (tag_name(word) for word in re.split(r"[<>|]+", text(row, "tags")))
    return sorted({name for name in names if name})


def tag_name(word: str) -> str:
    return _TAG_GAPS.sub("-", clean_line(word).casefold())[:TAG_LENGTH].strip("-")


def licence_of(found: Found) -> str:
    """As the row says, in dumps of our days, or as the day says."""
    return clean_line(text(found.row, "contentlicense"))[:40] or licence_on(datetime.fromisoformat(found.at))


def moment_of(row: Row, name: str) -> datetime | None:
    return read_moment(text(row, name))


def count_of(row: Row, name: str) -> int:
    """A count that fits the column; what is none counts as nothing."""
    return max(0, min(number(row, name) or 0, 2**53))
