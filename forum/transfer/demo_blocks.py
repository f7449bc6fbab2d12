"""Split a demo file into its blocks of fields and text, or its rows; refuse what the README does not name."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

_MARK = re.compile(r"=== ([a-z]+)")
_OFFSET = re.compile(r"-(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")

#: For each kind of block: the fields it must have, those it may have, and whether a text follows.
_SHAPES: dict[str, tuple[str, str, bool]] = {
    "question": ("title language by at tags views", "product up down too follow", True),
    "answer": ("by at", "language up down accepted accepted_by withdrawn withdrawn_by", True),
    "comment": ("by at", "language", True),
    "edit": ("by at why", "title", True),
    "hide": ("by at why", "", False),
    "restore": ("by at", "", False),
    "delete": ("by at", "why", False),
    "undelete": ("by at", "", False),
    "close": ("by at why", "", False),
    "reopen": ("by at", "", False),
    "flag": ("by at reason", "words", False),
    "decide": ("by at outcome", "why", False),
    "article": ("title language source by at", "gathers views helpful unhelpful", True),
    "save": ("by at why", "title", True),
    "submit": ("by at", "", False),
    "return": ("by at", "", True),
    "approve": ("by at", "", False),
    "archive": ("by at why", "", False),
    "ticket": ("subject requester at", "assignee", False),
    "message": ("from at", "", True),
    "status": ("to by at", "", False),
    "link": ("to by at why", "", False),
}


class DemoTextError(ValueError):
    """A demo file says something its README does not allow; the message names the place."""


@dataclass(frozen=True)
class Block:
    kind: str
    fields: dict[str, str]
    text: str
    place: str

    def word(self, name: str) -> str:
        return self.fields.get(name, "")

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.word(name).split(",") if word.strip())

    def moment(self, name: str) -> timedelta:
        return read_offset(self.word(name), self.place)

    def number(self, name: str) -> int:
        word = self.fields.get(name, "0")
        if not word.isdecimal():
            raise DemoTextError(f"{self.place}: {name} is not a whole number: {word!r}")
        return int(word)


def read_offset(word: str, place: str = "offset") -> timedelta:
    """Turn `-3d4h20m` into a negative timedelta: a time before the moment the demo is made."""
    match = _OFFSET.fullmatch(word)
    if match is None:
        raise DemoTextError(f"{place}: not a time before now such as -3d4h: {word!r}")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return -timedelta(days=days, hours=hours, minutes=minutes)


def read_blocks(path: Path, first: str, others: set[str]) -> list[Block]:
    """Split a file at its `=== kind` lines; the first block is of one kind, those after it of others."""
    blocks: list[Block] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    marks = [number for number, line in enumerate(lines) if _MARK.fullmatch(line)]
    if not marks or marks[0] != 0:
        raise DemoTextError(f"{path.name}: does not begin with === {first}")
    for start, end in zip(marks, [*marks[1:], len(lines)], strict=True):
        kind = lines[start].removeprefix("=== ")
        place = f"{path.name}, line {start + 1}"
        if kind not in ({first} if start == 0 else others):
            raise DemoTextError(f"{place}: === {kind} does not belong here")
        blocks.append(_block(kind, lines[start + 1 : end], place))
    return blocks


def read_rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for number, row in enumerate(json.loads(path.read_text(encoding="utf-8")), start=1):
        yield row, f"{path.name}, entry {number}"


def require_only(row: dict[str, Any], needed: str, allowed: str, place: str) -> None:
    if missing := set(needed.split()) - row.keys():
        raise DemoTextError(f"{place}: without {', '.join(sorted(missing))}")
    if unknown := row.keys() - {*needed.split(), *allowed.split()}:
        raise DemoTextError(f"{place}: does not know {', '.join(sorted(unknown))}")


def _block(kind: str, lines: list[str], place: str) -> Block:
    blank = lines.index("") if "" in lines else len(lines)
    fields: dict[str, str] = {}
    for line in lines[:blank]:
        name, colon, word = line.partition(":")
        if not colon or name in fields:
            raise DemoTextError(f"{place}: not one `name: word` a line: {line!r}")
        fields[name] = word.strip()
    needed, allowed, has_text = _SHAPES[kind]
    text = "\n".join(lines[blank:]).strip("\n")
    for name in needed.split():
        if not fields.get(name):
            raise DemoTextError(f"{place}: {kind} without {name}")
    for name in fields.keys() - {*needed.split(), *allowed.split()}:
        raise DemoTextError(f"{place}: {kind} does not know {name}")
    if has_text != bool(text):
        raise DemoTextError(f"{place}: {kind} {'needs a text' if has_text else 'takes no text'}")
    return Block(kind, fields, text, place)
