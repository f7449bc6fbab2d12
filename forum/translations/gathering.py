"""Every sentence that the code and the templates mark for translation, found by Babel's extractors."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.extract import extract

PACKAGE = Path(__file__).parent.parent

#: The functions that mark a sentence, and which of their arguments it is.
MARKERS: dict[str, tuple[int, ...] | None] = {
    "say": None,
    "no": None,
    "say_many": (1, 2),
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
}

#: Here a sentence marked elsewhere is handed on; everywhere else a marker is given the words themselves.
HANDED_ON = frozenset({"base/words.py", "base/verdicts.py", "web/language.py"})


@dataclass
class Message:
    """One sentence, or a pair for one and for many, and the places that say it."""

    one: str
    many: str | None = None
    places: list[str] = field(default_factory=list)


def gather_messages(package: Path = PACKAGE) -> dict[str, Message]:
    """Every marked sentence by its singular; a sentence said alone and with a plural is one message."""
    found: dict[str, Message] = {}
    for place, one, many in _extracted(package):
        message = found.setdefault(one, Message(one))
        if many is not None and message.many not in (None, many):
            raise ValueError(f"{place}: “{one}” has two plurals, “{message.many}” and “{many}”.")
        message.many = message.many or many
        message.places.append(place)
    return found


def template_folders(package: Path = PACKAGE) -> list[Path]:
    """Where templates are: each face of the forum has its own."""
    return sorted(package.glob("*/templates"))


def unmarkable(package: Path = PACKAGE) -> list[str]:
    """Places where a marker is given something else than words: no extractor sees what it will say."""
    return [
        f"{_short(path, package)}:{call.lineno}"
        for path in _python(package)
        if _short(path, package) not in HANDED_ON
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and not _says_words(call)
    ]


def _says_words(call: ast.Call) -> bool:
    called = call.func
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    if name not in MARKERS:
        return True
    said = call.args[: len(MARKERS[name] or (1,))]
    return bool(said) and all(isinstance(words, ast.Constant) for words in said)


def _extracted(package: Path) -> Iterator[tuple[str, str, str | None]]:
    for path in _python(package):
        yield from _from_file("python", path, package, {})
    for folder in template_folders(package):
        for path in sorted(folder.rglob("*.*")):
            yield from _from_file("jinja2.ext:babel_extract", path, package, {"silent": "false"})


def _from_file(
    method: str, path: Path, package: Path, options: dict[str, str]
) -> Iterator[tuple[str, str, str | None]]:
    with path.open("rb") as file:
        for line, words, _comments, _context in extract(method, file, MARKERS, options=options):
            one, many = (words, None) if isinstance(words, str) else (words[0], words[1])
            yield f"{_short(path, package)}:{line}", one, many


def _python(package: Path) -> list[Path]:
    return [path for path in sorted(package.rglob("*.py")) if path.parent.name != "versions"]


def _short(path: Path, package: Path) -> str:
    return path.relative_to(package).as_posix()
