"""Writes small Stack Exchange dumps, in the schema of 2010 and in that of today."""

import gzip
from pathlib import Path
from xml.sax.saxutils import quoteattr

Rows = list[dict[str, object]]

DAY = "2018-06-01T10:00:00.000"


def xml(kind: str, rows: Rows) -> str:
    lines = [
        "  <row " + " ".join(f"{name}={quoteattr(str(value))}" for name, value in row.items()) + " />" for row in rows
    ]
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', f"<{kind.lower()}>", *lines, f"</{kind.lower()}>", ""])


def write(folder: Path, kind: str, rows: Rows, *, packed: bool = False, name: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or f"{kind}.xml{'.gz' if packed else ''}")
    content = xml(kind, rows).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


def question(number: int, **more: object) -> dict[str, object]:
    return {
        "Id": number,
        "PostTypeId": 1,
        "CreationDate": DAY,
        "Score": 0,
        "ViewCount": 7,
        "Body": f"<p>The light of router {number} is <b>red</b>.</p>",
        "OwnerUserId": 1,
        "LastActivityDate": DAY,
        "Title": f"Why is the light of router {number} red?",
        "Tags": "<router><light>",
        **more,
    }


def answer(number: int, parent: int, **more: object) -> dict[str, object]:
    return {
        "Id": number,
        "PostTypeId": 2,
        "ParentId": parent,
        "CreationDate": "2018-06-01T11:00:00.000",
        "Score": 0,
        "Body": "<p>Restart it.</p>",
        "OwnerUserId": 2,
        "LastActivityDate": DAY,
        **more,
    }


def comment(number: int, post: int, **more: object) -> dict[str, object]:
    return {"Id": number, "PostId": post, "Score": 0, "Text": "Which model?", "CreationDate": DAY, "UserId": 2, **more}


def votes(*pairs: tuple[int, int]) -> Rows:
    """(post, type) in order."""
    return [
        {"Id": number, "PostId": post, "VoteTypeId": kind, "CreationDate": "2018-06-02T00:00:00.000"}
        for number, (post, kind) in enumerate(pairs, start=1)
    ]


def user(number: int, name: str, **more: object) -> dict[str, object]:
    return {"Id": number, "Reputation": 101, "CreationDate": "2018-05-01T00:00:00.000", "DisplayName": name, **more}


USERS: Rows = [user(-1, "Community"), user(1, "Ann", AboutMe="<p>I <b>ask</b>.</p>"), user(2, "Ben"), user(3, "Nobody")]


def modern(folder: Path) -> Path:
    """Today's schema with one of every oddity that has its own place in the report."""
    write(folder, "Users", USERS)
    write(
        folder,
        "Posts",
        [
            question(1, AcceptedAnswerId=3, Score=2, Tags="|router|light|q#|"),
            question(
                2,
                ClosedDate="2018-06-05T00:00:00.000",
                Body="<p>See https://gear.example.com/questions/1/why-is-the-light-of-router-1-red</p>",
                AcceptedAnswerId=99,
            ),
            answer(3, 1, Score=9, LastEditDate="2018-06-03T00:00:00.000"),
            answer(4, 1, OwnerUserId="", OwnerDisplayName="user306"),
            answer(5, 77),
            question(6, DeletionDate="2018-06-09T00:00:00.000"),
            answer(7, 6),
            {"Id": 8, "PostTypeId": 4, "CreationDate": DAY, "Body": "For all that has to do with routers."},
            {"Id": 9, "PostTypeId": 5, "CreationDate": DAY, "Body": "<p>A long page about routers.</p>"},
            {"Id": 10, "PostTypeId": 1, "CreationDate": "no date", "Title": "Lost", "Body": ""},
            question(11, CreationDate="2010-01-01T00:00:00.000", AcceptedAnswerId=4, ContentLicense="CC BY-SA 9.9"),
        ],
    )
    write(
        folder,
        "Comments",
        [
            comment(1, 1, Score=4),
            comment(2, 3, Text="# no heading, but *stress* & <b>words</b>"),
            comment(3, 8),
            comment(4, 55),
            comment(5, 7),
            comment(6, 3, UserId="", UserDisplayName="user306"),
            {"Id": 7, "PostId": 3, "Text": "From nobody", "CreationDate": DAY},
            comment(8, 4, UserId=44),
        ],
    )
    write(
        folder,
        "Votes",
        votes(
            (1, 2), (1, 2), (1, 3), (3, 2), (3, 1), (3, 5), (2, 8), (55, 2), (55, 2), (8, 2), (6, 3), (55, 1), (4, 10)
        ),
    )
    write(
        folder,
        "Tags",
        [
            {"Id": 1, "TagName": "router", "Count": 2, "ExcerptPostId": 8, "WikiPostId": 9},
            {"Id": 2, "TagName": "light"},
        ],
    )
    write(
        folder,
        "PostLinks",
        [
            {"Id": 1, "CreationDate": DAY, "PostId": 2, "RelatedPostId": 1, "LinkTypeId": 3},
            {"Id": 2, "CreationDate": DAY, "PostId": 2, "RelatedPostId": 1, "LinkTypeId": 1},
            {"Id": 3, "CreationDate": DAY, "PostId": 2, "RelatedPostId": 3, "LinkTypeId": 1},
            {"Id": 4, "CreationDate": DAY, "PostId": 66, "RelatedPostId": 1, "LinkTypeId": 3},
        ],
    )
    return folder


def old(folder: Path) -> Path:
    """The schema of 2010: small letters, packed, tags in posts alone, comments without scores, no links."""
    write(folder, "users", USERS, packed=True)
    write(
        folder,
        "posts",
        [
            question(5, CreationDate="2010-07-14T19:22:05.230", AcceptedAnswerId=6, Tags="<kindle><e-ink>"),
            answer(6, 5, CreationDate="2010-07-14T20:00:00.000"),
        ],
        packed=True,
    )
    row = comment(1, 5)
    del row["Score"]
    write(folder, "comments", [row], packed=True)
    write(
        folder,
        "votes",
        [
            {"Id": 1, "PostId": 5, "VoteTypeId": 2, "CreationDate": "2010-07-14"},
            {"Id": 2, "PostId": 6, "VoteTypeId": 1, "CreationDate": "2010-07-15"},
        ],
        packed=True,
    )
    (folder / "schema.txt").write_text("September 2010")
    return folder
