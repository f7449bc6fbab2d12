"""Read the demo community from the texts in `demo/`, whose README says what they may contain."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from forum.transfer.demo_blocks import Block, DemoTextError, read_blocks, read_offset, read_rows, require_only
from forum.transfer.demo_community import (
    Acceptance,
    Answer,
    Article,
    ArticleStep,
    Comment,
    Community,
    Contact,
    Done,
    Draft,
    Edit,
    Person,
    Product,
    Question,
    Search,
    Tag,
    Ticket,
    TicketStep,
)

DEMO = Path(__file__).parent / "demo"

_POSTED_ON = {"answer", "comment", "edit"}
#: What is done to a question, an answer or a comment, and what to questions alone.
_DONE_TO_ALL = {"hide", "restore", "delete", "undelete", "flag", "decide"}
_DONE_TO_QUESTIONS = {"close", "reopen"}
_DONE = _DONE_TO_ALL | _DONE_TO_QUESTIONS
_ARTICLE_STEPS = {"save", "submit", "return", "approve", "archive"}
_TICKET_STEPS = {"message", "status", "link"}


def read_community(folder: Path = DEMO) -> Community:
    """Raise DemoTextError at the first thing that cannot be understood; who refers to whom is not checked."""
    return Community(
        people=tuple(_person(row, place) for row, place in read_rows(folder / "people.json")),
        tags=tuple(_tag(row, place) for row, place in read_rows(folder / "tags.json")),
        products=tuple(_product(row, place) for row, place in read_rows(folder / "products.json")),
        contacts=tuple(_contact(row, place) for row, place in read_rows(folder / "contacts.json")),
        questions=tuple(_question(path) for path in sorted((folder / "questions").glob("*.md"))),
        articles=tuple(_article(path) for path in sorted((folder / "articles").glob("*.md"))),
        tickets=tuple(_ticket(path) for path in sorted((folder / "tickets").glob("*.md"))),
        drafts=tuple(_draft(row, place) for row, place in read_rows(folder / "drafts.json")),
        searches=tuple(_search(row, place) for row, place in read_rows(folder / "searches.json")),
    )


def _question(path: Path) -> Question:
    head, *rest = read_blocks(path, "question", _POSTED_ON | _DONE)
    language = head.word("language")
    starts = [number for number, block in enumerate(rest) if block.kind == "answer"]
    on_question = rest[: starts[0]] if starts else rest
    return Question(
        key=path.stem,
        by=head.word("by"),
        at=head.moment("at"),
        language=language,
        title=head.word("title"),
        text=head.text,
        tags=head.words("tags"),
        product=head.word("product"),
        views=head.number("views"),
        up=head.words("up"),
        down=head.words("down"),
        too=head.words("too"),
        followers=head.words("follow"),
        comments=_comments(path.stem, on_question, language),
        edits=_edits(on_question),
        done=_done(head, on_question, _DONE),
        answers=tuple(_answer(path.stem, head, rest[start:end]) for start, end in pairwise([*starts, len(rest)])),
    )


def _answer(question: str, asked: Block, blocks: list[Block]) -> Answer:
    head, *rest = blocks
    language = asked.word("language")
    key = f"{question}/{head.word('by')}"
    return Answer(
        key=key,
        by=head.word("by"),
        at=head.moment("at"),
        language=head.word("language") or language,
        text=head.text,
        up=head.words("up"),
        down=head.words("down"),
        acceptance=_acceptance(head, asker=asked.word("by")),
        comments=_comments(key, rest, language),
        edits=_edits(rest),
        done=_done(head, rest, _DONE_TO_ALL),
    )


def _acceptance(head: Block, asker: str) -> Acceptance | None:
    if not head.word("accepted"):
        if {"accepted_by", "withdrawn", "withdrawn_by"} & head.fields.keys():
            raise DemoTextError(f"{head.place}: an acceptance needs its time, in accepted")
        return None
    by = head.word("accepted_by") or asker
    if not head.word("withdrawn"):
        return Acceptance(by, head.moment("accepted"), None, None)
    return Acceptance(by, head.moment("accepted"), head.word("withdrawn_by") or by, head.moment("withdrawn"))


def _comments(under: str, blocks: list[Block], language: str) -> tuple[Comment, ...]:
    places = [place for place, block in enumerate(blocks) if block.kind == "comment"]
    return tuple(
        Comment(
            key=f"{under}#{number}",
            by=blocks[place].word("by"),
            at=blocks[place].moment("at"),
            language=blocks[place].word("language") or language,
            text=blocks[place].text,
            done=_done(blocks[place], blocks[place + 1 :], _DONE_TO_ALL),
        )
        for number, place in enumerate(places, start=1)
    )


def _done(text: Block, below: list[Block], kinds: set[str]) -> tuple[Done, ...]:
    """What was done to a text: the blocks right below it or below one of its edits."""
    own: list[Done] = []
    is_own = True
    for block in below:
        if block.kind == "comment":
            is_own = False
        elif block.kind == "edit":
            is_own = text.kind != "comment"
        elif is_own and block.kind not in kinds:
            raise DemoTextError(f"{block.place}: {block.kind} is only for questions")
        elif is_own:
            own.append(_one_done(block))
    return tuple(own)


def _one_done(block: Block) -> Done:
    why = block.word("why") or block.word("words")
    what = block.word("reason") or block.word("outcome")
    return Done(block.kind, block.word("by"), block.moment("at"), why, what)


def _edits(blocks: list[Block]) -> tuple[Edit, ...]:
    return tuple(
        Edit(block.word("by"), block.moment("at"), block.word("why"), block.word("title") or None, block.text)
        for block in blocks
        if block.kind == "edit"
    )


def _article(path: Path) -> Article:
    head, *rest = read_blocks(path, "article", _ARTICLE_STEPS)
    return Article(
        key=path.stem,
        by=head.word("by"),
        at=head.moment("at"),
        language=head.word("language"),
        title=head.word("title"),
        text=head.text,
        source=head.word("source"),
        gathers=head.words("gathers"),
        views=head.number("views"),
        helpful=head.words("helpful"),
        unhelpful=head.words("unhelpful"),
        steps=tuple(
            ArticleStep(
                kind=block.kind,
                by=block.word("by"),
                at=block.moment("at"),
                why=block.word("why"),
                title=block.word("title") or None,
                text=block.text,
            )
            for block in rest
        ),
    )


def _ticket(path: Path) -> Ticket:
    head, *rest = read_blocks(path, "ticket", _TICKET_STEPS)
    return Ticket(
        key=path.stem,
        subject=head.word("subject"),
        requester=head.word("requester"),
        at=head.moment("at"),
        assignee=head.word("assignee") or None,
        steps=tuple(
            TicketStep(
                kind=block.kind,
                by=block.word("by") or block.word("from"),
                at=block.moment("at"),
                to=block.word("to"),
                why=block.word("why"),
                text=block.text,
            )
            for block in rest
        ),
    )


def _person(row: dict[str, Any], place: str) -> Person:
    require_only(row, "key name email language roles rights joined about", "sign_in follows", place)
    lists = {"roles": tuple(row["roles"]), "rights": tuple(row["rights"]), "follows": tuple(row.get("follows", ()))}
    joined = read_offset(row["joined"], place)
    return Person(**{**row, **lists, "joined": joined, "sign_in": row.get("sign_in", {})})


def _tag(row: dict[str, Any], place: str) -> Tag:
    require_only(row, "name description", "", place)
    return Tag(**row)


def _product(row: dict[str, Any], place: str) -> Product:
    require_only(row, "key names descriptions", "archived", place)
    return Product(**row)


def _contact(row: dict[str, Any], place: str) -> Contact:
    require_only(row, "key name emails phones company tier zone language external_ids", "", place)
    return Contact(**{**row, "emails": tuple(row["emails"]), "phones": tuple(row["phones"])})


def _draft(row: dict[str, Any], place: str) -> Draft:
    require_only(row, "by kind on at title text tags", "", place)
    return Draft(**{**row, "at": read_offset(row["at"], place)})


def _search(row: dict[str, Any], place: str) -> Search:
    require_only(row, "words at", "empty shown opened again rare answer aside by", place)
    return Search(**{**row, "at": read_offset(row["at"], place)})
