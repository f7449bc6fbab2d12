"""The help page's texts: Markdown in every language, rendered once, with the numbers that the code really uses."""

from functools import lru_cache
from pathlib import Path
from string import Template

from markupsafe import Markup

from forum.base.markup import Limits, render
from forum.base.slugs import slugify
from forum.base.words import SOURCE_LANGUAGE
from forum.knowledge.actions import PROMOTED_POINTS
from forum.questions.actions.keeping import ACCEPTED_POINTS, VOTED_DOWN_POINTS, VOTED_UP_POINTS
from forum.tickets.actions import REUSED_POINTS

FOLDER = Path(__file__).with_name("words")

POINTS = {
    "accepted": ACCEPTED_POINTS,
    "voted_up": VOTED_UP_POINTS,
    "voted_down": -VOTED_DOWN_POINTS,
    "promoted": PROMOTED_POINTS,
    "reused": REUSED_POINTS,
}


@lru_cache(maxsize=8)
def sections(language: str) -> list[tuple[str, str, Markup]]:
    """Anchor, title and HTML of each section; English where we have no text in that language."""
    path = FOLDER / f"{language}.md"
    if not path.is_file():
        path = FOLDER / f"{SOURCE_LANGUAGE}.md"
    text = Template(path.read_text("utf-8")).substitute(POINTS)
    parts = [part.split("\n", 1) for part in f"\n{text}".split("\n## ")[1:]]
    return [(slugify(title), title, render(body, limits=Limits()).html) for title, body in parts]


@lru_cache(maxsize=64)
def rendered(example: str) -> Markup:
    """What becomes of an example."""
    return render(example).html
