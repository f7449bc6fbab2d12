"""The texts of mails: one file per mail and language, its first line the subject."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from forum.base.words import SOURCE_LANGUAGE
from forum.notices.mail import Mail

FOLDER = Path(__file__).with_name("mails")


def write_letter(letter: str, language: str, /, *, to: str, key: str, **values: Any) -> Mail:
    """Fill a text in somebody's language, English where we do not speak theirs.

    What strangers typed never becomes a value, but for the cleaned name of somebody whose address is proved.
    """
    spoken = language if (FOLDER / language / f"{letter}.txt").is_file() else SOURCE_LANGUAGE
    text = _texts().get_template(f"{spoken}/{letter}.txt").render(values)
    subject, _, body = text.partition("\n")
    return Mail(to=to, subject=subject, body=body.strip() + "\n", key=key, language=spoken)


@lru_cache(maxsize=1)
def _texts() -> Environment:
    """Plain text needs no escaping: autoescape would put `&amp;` into links."""
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
