"""Brings contacts in from a file, in small transactions; running it again changes only what the file says anew."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from forum.base.db import Store
from forum.base.errors import Invalid
from forum.base.outbox import publish
from forum.base.texts import Unclean, clean_line
from forum.base.words import Sentence, say
from forum.contacts.drafts import FIELDS, ContactDraft, differing, fill
from forum.contacts.events import ContactAdded
from forum.contacts.models import (
    EMAIL,
    EXTERNAL_ID_LENGTH,
    MOST_POINTS,
    OWN_SYSTEM,
    PHONE,
    TIERS,
    Contact,
    ContactPoint,
    ExternalId,
)
from forum.contacts.points import HOME_REGION, fold, point_value
from forum.transfer.contact_files import Remark, Row, Source

#: One transaction: short enough to let the others write, long enough that its cost is shared.
BATCH = 200

#: So many remarks are kept one by one; a file with more is wrong as a whole.
MOST_REMARKS = 10_000

_SEPARATORS = {EMAIL: re.compile(r"[;,|\s]+"), PHONE: re.compile(r"[;,|\n]+")}

TOO_MANY_POINTS = say("One contact can have at most %(most)d addresses and numbers.", most=MOST_POINTS)

#: What others call our tiers.
_TIERS = {"base": "basic", "standard": "basic", "basic": "basic", "plus": "plus", "top": "top"}


@dataclass
class Report:
    """What an import did, or would do."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    left_out: int = 0
    remarks: list[Remark] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        return self.new + self.changed + self.unchanged + self.left_out

    def remark(self, remark: Remark) -> None:
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(remark)

    def add(self, other: "Report") -> None:
        """Count another report's rows to this one's."""
        self.new += other.new
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.left_out += other.left_out
        for remark in other.remarks:
            self.remark(remark)


@dataclass(frozen=True)
class Wish:
    """What one line says of one person, cleaned."""

    line: int
    #: Empty where the line says nothing: what is known stays.
    fields: dict[str, str]
    points: tuple[tuple[str, str], ...]
    external_id: str
    remarks: tuple[Remark, ...] = ()
    #: Where each address or number is, as far as the file says.
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """By what two lines of a file are seen to be about the same person."""
        if self.external_id:
            return (("id", self.external_id),)
        emails = tuple(point for point in self.points if point[0] == EMAIL)
        # A family shares a telephone, so a number alone makes nobody the same person.
        named = fold(self.fields.get("name", ""))
        return emails or tuple((kind, f"{value} {named}") for kind, value in self.points)

    def point(self, kind: str, value: str) -> ContactPoint:
        """An address or number of a contact, as the file has it: nothing of it is proved."""
        return ContactPoint(kind=kind, value=value, label=self.labels.get((kind, value), ""))


def import_contacts(
    store: Store,
    file: Source,
    now: datetime,
    *,
    system: str = OWN_SYSTEM,
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Bring in every line that can be; interrupted, it is simply run again.

    A line is matched by the id in `system`, else by e-mail address, else by phone number and name. A dry run
    reports the same and writes nothing.
    """
    report = Report()
    seen: dict[tuple[str, str], int] = {}
    region = store.context.get("phone_region", HOME_REGION)
    for batch in _batches(file.rows()):
        wishes = []
        for row in batch:
            wish = read_wish(row, seen, region)
            if isinstance(wish, Wish):
                wishes.append(wish)
            else:
                report.left_out += 1
                report.remark(wish)
        if dry_run:
            with store.reading() as session:
                report.add(_bring(session, wishes, system, now, dry_run=True))
        else:
            report.add(store.write(lambda session, wishes=wishes: _bring(session, wishes, system, now)))  # type: ignore[misc]
        if progress is not None:
            progress(len(batch))
    report.remarks.sort(key=lambda remark: remark.line)
    return report


def read_wish(row: Row, seen: dict[tuple[str, str], int], region: str = HOME_REGION) -> Wish | Remark:
    """What a line says, or why it is left out whole; `seen` remembers which line spoke of whom."""
    if row.problem is not None:
        return Remark(row.line, "", row.problem)
    remarks: list[Remark] = list(row.remarks)
    fields = _fields(row, remarks)
    labels: dict[tuple[str, str], str] = {}
    for point, label in _points(row, remarks, region):
        labels.setdefault(point, label)
    points = tuple(labels)[:MOST_POINTS]
    if len(labels) > MOST_POINTS:
        remarks.append(Remark(row.line, "", TOO_MANY_POINTS))
    external_id = _external_id(row, remarks)
    if not external_id and not points:
        reason = remarks[0].reason if remarks else say("Nothing says who this is: an id, an e-mail or a phone number.")
        return Remark(row.line, remarks[0].column if remarks else "", reason)
    wish = Wish(row.line, fields, points, external_id, tuple(remarks), labels)
    for key in wish.keys:
        first = seen.setdefault(key, row.line)
        if first != row.line:
            return Remark(row.line, "", say("Line %(line)d is already about the same person.", line=first))
    return wish


def _fields(row: Row, remarks: list[Remark]) -> dict[str, str]:
    """The fields the line fills, without those that cannot be taken."""
    name = row.one("name") or " ".join(filter(None, (row.one("first_name"), row.one("last_name"))))
    said = {column: row.one(column) for column in FIELDS} | {"name": name}
    said["tier"] = _TIERS.get(fold(said["tier"]), said["tier"])
    said = {column: value for column, value in said.items() if value}
    try:
        checked = ContactDraft(**({"name": "?"} | said)).checked()
    except Invalid as invalid:
        remarks.extend(Remark(row.line, column, reason) for column, reason in invalid.errors.items())
        good = {column: value for column, value in said.items() if column not in invalid.errors}
        checked = ContactDraft(**({"name": "?"} | good)).checked()
        said = good
    return {column: getattr(checked, column) for column in said if getattr(checked, column)}


def _points(row: Row, remarks: list[Remark], region: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Every address and number with its label; what is none is told, not kept: nobody could be reached by it."""
    for kind in (EMAIL, PHONE):
        for cell in row.values.get(kind, ()):
            for text in _SEPARATORS[kind].split(cell):
                if text.strip():
                    try:
                        yield (kind, point_value(kind, text, region)), row.labels.get(cell, "")
                    except Invalid as invalid:
                        remarks.append(Remark(row.line, kind, invalid.errors[kind]))


def _external_id(row: Row, remarks: list[Remark]) -> str:
    try:
        value = clean_line(row.one("external_id"))
    except Unclean as unclean:
        remarks.append(Remark(row.line, "external_id", unclean.reason))
        return ""
    if len(value) > EXTERNAL_ID_LENGTH:
        remarks.append(
            Remark(
                row.line,
                "external_id",
                say("This is %(length)d characters long; at most %(most)d fit.", length=len(value), most=120),
            )
        )
        return ""
    return value


def _bring(session: Session, wishes: Sequence[Wish], system: str, now: datetime, *, dry_run: bool = False) -> Report:
    """Match a batch with what is known by a few statements, then write what differs."""
    report = Report()
    known = _Known(session, wishes, system)
    for wish in wishes:
        found = known.match(wish)
        if isinstance(found, Sentence):
            report.left_out += 1
            report.remark(Remark(wish.line, "", found))
            continue
        if found is None and "name" not in wish.fields:
            report.left_out += 1
            report.remark(Remark(wish.line, "name", say("A contact needs a name.")))
            continue
        for remark in wish.remarks:
            report.remark(remark)
        if found is None:
            report.new += 1
            if not dry_run:
                session.add(_new_contact(wish, system, now))
        elif _complete(found, wish, system, now, report, dry_run=dry_run):
            report.changed += 1
        else:
            report.unchanged += 1
    if not dry_run:
        added = [row for row in session.new if isinstance(row, Contact)]
        session.flush()
        for contact in added:
            publish(session, ContactAdded(contact.id))
    return report


class _Known:
    """The contacts that a batch may be about, found by what its lines name."""

    def __init__(self, session: Session, wishes: Sequence[Wish], system: str) -> None:
        self.system = system
        self.by_id: dict[str, Contact] = {}
        self.by_point: dict[tuple[str, str], dict[int, Contact]] = {}
        ids = [wish.external_id for wish in wishes if wish.external_id]
        numbers = set(
            session.scalars(select(ExternalId.contact_id).where(ExternalId.system == system, ExternalId.value.in_(ids)))
        )
        for kind in (EMAIL, PHONE):
            values = [value for wish in wishes for its, value in wish.points if its == kind]
            numbers.update(
                session.scalars(
                    select(ContactPoint.contact_id).where(ContactPoint.kind == kind, ContactPoint.value.in_(values))
                )
            )
        loaded = session.scalars(
            select(Contact)
            .where(Contact.id.in_(numbers), Contact.merged_into_id.is_(None))
            .options(selectinload(Contact.points), selectinload(Contact.external_ids))
        )
        for contact in loaded:
            for row in contact.external_ids:
                if row.system == system:
                    self.by_id[row.value] = contact
            for point in contact.points:
                self.by_point.setdefault((point.kind, point.value), {})[contact.id] = contact

    def match(self, wish: Wish) -> Contact | Sentence | None:
        """The contact a line is about, None for a new one, or why that cannot be told."""
        if wish.external_id and wish.external_id in self.by_id:
            return self.by_id[wish.external_id]
        holders = self._holders(wish, EMAIL)
        if not holders and not wish.external_id and not any(kind == EMAIL for kind, _ in wish.points):
            named = fold(wish.fields.get("name", ""))
            holders = [contact for contact in self._holders(wish, PHONE) if named in ("", fold(contact.name))]
        if wish.external_id:
            holders = [contact for contact in holders if not self._has_other_id(contact)]
        if len(holders) > 1:
            return say("Contacts %(first)d and %(second)d both have this address or number.",
                       first=holders[0].id, second=holders[1].id)  # fmt: skip
        return holders[0] if holders else None

    def _holders(self, wish: Wish, kind: str) -> list[Contact]:
        found: dict[int, Contact] = {}
        for point in wish.points:
            if point[0] == kind:
                found.update(self.by_point.get(point, {}))
        proved = [contact for contact in found.values() if self._has_proved(contact, wish)]
        return proved if len(proved) == 1 else [found[number] for number in sorted(found)]

    def _has_proved(self, contact: Contact, wish: Wish) -> bool:
        return any(point.verified_at and (point.kind, point.value) in wish.points for point in contact.points)

    def _has_other_id(self, contact: Contact) -> bool:
        return any(row.system == self.system for row in contact.external_ids)


def _new_contact(wish: Wish, system: str, now: datetime) -> Contact:
    contact = Contact(created_at=now)
    fill(contact, replace(ContactDraft(name="", tier=TIERS[0]), **wish.fields))
    contact.points = [wish.point(kind, value) for kind, value in wish.points]
    if wish.external_id:
        contact.external_ids = [ExternalId(system=system, value=wish.external_id)]
    return contact


def _complete(contact: Contact, wish: Wish, system: str, now: datetime, report: Report, *, dry_run: bool) -> bool:
    """Let the contact also say what the line says; nothing known gives way to nothing. False: it did already."""
    draft = ContactDraft(**({name: getattr(contact, name) for name in FIELDS} | wish.fields))
    fields = differing(contact, draft)
    has = {(point.kind, point.value) for point in contact.points}
    wanted = [point for point in wish.points if point not in has]
    points = wanted[: max(0, MOST_POINTS - len(has))]
    if points != wanted:
        report.remark(Remark(wish.line, "", TOO_MANY_POINTS))
    has_id = any(row.system == system and row.value == wish.external_id for row in contact.external_ids)
    new_id = bool(wish.external_id) and not has_id
    if not (fields or points or new_id):
        return False
    if not dry_run:
        fill(contact, draft)
        contact.points.extend(wish.point(kind, value) for kind, value in points)
        if new_id:
            contact.external_ids.append(ExternalId(system=system, value=wish.external_id))
        contact.version += 1
        contact.edited_at = now
    return True


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
