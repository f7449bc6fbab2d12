"""What is kept about a person, as a file for programs and as one that people read."""

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from forum import __version__
from forum.base.words import say, say_many, translate
from forum.transfer.people.policy import POLICIES

Rows = Mapping[str, list[dict[str, Any]]]

#: What the tables are called to the person they are about; others keep their English sentence.
HEADINGS = {
    "users": say("Your account"),
    "user_sessions": say("Browsers where you signed in"),
    "email_changes": say("Changes of your address"),
    "api_tokens": say("Your tokens for programs"),
    "questions": say("Your questions"),
    "answers": say("Your answers"),
    "comments": say("Your comments"),
    "votes": say("Your votes"),
    "revisions": say("Saved states of your texts"),
    "standing_entries": say("Your standing, gain by gain"),
    "contacts": say("You as the company's customer"),
    "contact_points": say("How the company reaches you"),
    "external_ids": say("Your customer numbers"),
    "timeline_entries": say("What happened between you and the company"),
    "tickets": say("Your cases"),
    "ticket_messages": say("What was said in your cases"),
    "staff_acts": say("What staff did"),
}

STYLE = "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}dt{font-weight:600}dd{margin:0 0 .3rem;white-space:pre-wrap;overflow-wrap:anywhere}section>div{border-top:1px solid #999;padding:.5rem 0}"


def as_json(rows: Rows, now: datetime) -> str:
    """Everything, by table, with a sentence about each."""
    told = {
        "made_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "by": f"Sportello {__version__}",
        "about": {name: POLICIES[name].about for name in rows},
        "kept": rows,
    }
    return json.dumps(told, indent=1, ensure_ascii=False)


def as_page(rows: Rows, now: datetime, language: str, site: str) -> str:
    """The same as a page that needs nothing else."""
    title = translate(say("What %(site)s keeps about you", site=site), language)
    parts = [
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{STYLE}</style><h1>{escape(title)}</h1>",
        f"<p>{now:%Y-%m-%d %H:%M} UTC</p>",
    ]
    for name, found in rows.items():
        heading = translate(HEADINGS[name], language) if name in HEADINGS else POLICIES[name].about
        count = translate(say_many("%(num)d entry", "%(num)d entries", len(found)), language)
        parts.append(f"<section><h2>{escape(heading)}</h2><p>{escape(count)}</p>")
        parts.extend(f"<div><dl>{''.join(_item(key, value) for key, value in row.items())}</dl></div>" for row in found)
        parts.append("</section>")
    if not rows:
        parts.append(f"<p>{escape(translate(say('Nothing.'), language))}</p>")
    return "".join(parts)


def _item(key: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return f"<dt>{escape(key)}</dt><dd>{escape(shown)}</dd>"
