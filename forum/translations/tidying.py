"""Catalogues in one order: each sentence once, with the capability that says it, unused ones gone."""

import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from forum.translations.catalogues import Entry
from forum.translations.gathering import Message

HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Sportello\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""

#: What belongs to no capability alone, or to several.
SHARED = "frame"

#: Pages that have a folder of their own and speak for another capability.
SPEAKS_FOR = {"admin": "accounts", "profiles": "questions", "tags": "questions"}

_NO_CAPABILITY = frozenset({"base", "cli", "components", "layouts"})


def capability_of(place: str) -> str:
    """The name of the catalogue for what is said there."""
    parts = [part for part in PurePosixPath(place.split(":")[0]).parts if part not in ("web", "templates")]
    name = parts[0] if len(parts) > 1 else SHARED
    return SHARED if name in _NO_CAPABILITY else SPEAKS_FOR.get(name, name)


def home_of(message: Message) -> str:
    """The catalogue a sentence stands in: its capability's, or the shared one where several say it."""
    said_by = {capability_of(place) for place in message.places}
    return said_by.pop() if len(said_by) == 1 else SHARED


def tidy(messages: dict[str, Message], entries: Iterable[Entry], language: str) -> dict[str, str]:
    """File name -> text. Two translations of one sentence are refused: somebody has to choose."""
    chosen: dict[str, Entry] = {}
    unclear: list[str] = []
    for entry in entries:
        other = chosen.setdefault(entry.one, entry)
        if other.forms[0] != entry.forms[0] and entry.one in messages:
            unclear.append(f"“{entry.one}” is “{other.forms[0]}” in {other.file}, “{entry.forms[0]}” in {entry.file}")
        chosen[entry.one] = max(other, entry, key=lambda each: len(each.forms))
    if unclear:
        raise ValueError("\n".join(unclear))
    files: dict[str, list[str]] = {}
    for message in messages.values():
        if message.one in chosen:
            files.setdefault(f"{home_of(message)}.po", []).append(_written(message, chosen[message.one].forms))
    return {name: "\n".join([HEADER.format(language=language), *texts]) for name, texts in files.items()}


def write(folder: Path, files: dict[str, str]) -> None:
    """Put the files in place of what was there."""
    for path in folder.glob("*.po"):
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _written(message: Message, forms: tuple[str, ...]) -> str:
    lines = [f"msgid {_quoted(message.one)}"]
    if message.many is None:
        lines.append(f"msgstr {_quoted(forms[0])}")
    else:
        lines.append(f"msgid_plural {_quoted(message.many)}")
        lines += [f"msgstr[{index}] {_quoted(form)}" for index, form in enumerate(forms)]
    return "\n".join(lines) + "\n"


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def blank(message: Message) -> str:
    """An entry to be filled in, with the places that say it."""
    forms = ("",) if message.many is None else ("", "")
    return f"#: {' '.join(message.places)}\n{_written(message, forms)}"
