"""What the catalogues of a language lack, hold twice, or say with other places to fill than the sentence has."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

from forum.translations.gathering import Message

CATALOGUES = Path(__file__).parent
#: How many forms a sentence with a number has; see `ngettext` in forum.base.words.
FORMS = 2

_PLACE = re.compile(r"%\((\w+)\)([a-z])")
_PERCENT = re.compile(r"%(?!\(\w+\)[a-z]|%)")


@dataclass(frozen=True)
class Entry:
    """One message of a catalogue, as it stands in its file."""

    file: str
    one: str
    many: str | None
    forms: tuple[str, ...]
    is_fuzzy: bool


def read_entries(language: str) -> list[Entry]:
    """All entries of all catalogues of a language."""
    return [entry for path in sorted((CATALOGUES / language).glob("*.po")) for entry in read_catalogue(path)]


def read_catalogue(path: Path) -> Iterator[Entry]:
    """The entries of one file; an entry that stands in it twice is refused by name."""
    seen = re.findall(r'^msgid ((?:".*"\n?)+)', path.read_text("utf-8"), re.MULTILINE)
    twice = {words for words in seen if seen.count(words) > 1}
    if twice:
        raise ValueError(f"{path.name} holds more than once: {', '.join(sorted(twice))}")
    with path.open("rb") as file:
        for message in read_po(file, abort_invalid=True):
            if not message.id:
                continue
            one, many = (message.id, None) if isinstance(message.id, str) else message.id[:2]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            yield Entry(path.name, one, many, forms, message.fuzzy)


def faults(messages: dict[str, Message], entries: Iterable[Entry]) -> list[str]:
    """One line for each thing that is wrong between what is said and what is translated."""
    found: list[str] = []
    by_words: dict[str, Entry] = {}
    for entry in entries:
        if entry.one in by_words:
            found.append(f"{entry.file}: “{entry.one}” stands in {by_words[entry.one].file} as well")
        by_words.setdefault(entry.one, entry)
        if entry.one not in messages:
            found.append(f"{entry.file}: “{entry.one}” is said nowhere")
    for message in messages.values():
        translation = by_words.get(message.one)
        if translation is None:
            found.append(f"{message.places[0]}: “{message.one}” has no translation")
        else:
            found.extend(_faults_of(message, translation))
    return found


def _faults_of(message: Message, entry: Entry) -> Iterator[str]:
    where = f"{entry.file}: “{message.one}”"
    if entry.is_fuzzy:
        yield f"{where} is marked as uncertain"
    if entry.many != message.many:
        yield f"{where} has the plural “{entry.many}”, but “{message.many}” is said"
        return
    originals = (message.one,) if message.many is None else (message.one, message.many)
    if len(entry.forms) != len(originals) or not all(form.strip() for form in entry.forms):
        yield f"{where} is not translated in all its forms"
        return
    for original, form in zip(originals, entry.forms, strict=True):
        if places(original) != places(form):
            yield f"{where} has other places to fill than its translation “{form}”"
        if _PERCENT.search(original + form):
            yield f"{where} holds a bare percent sign"


def places(words: str) -> set[tuple[str, str]]:
    """The `%(name)s` places of a sentence, with how each is written."""
    return set(_PLACE.findall(words))
