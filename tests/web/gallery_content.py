"""People, questions, answers and a form made up for the gallery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup
from wtforms import (
    BooleanField,
    Form,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
    validators,
)

NOW = datetime.now(UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def thing(**values: Any) -> SimpleNamespace:
    return SimpleNamespace(**values)


ANNA = thing(id=1, name="Anna Ferri", is_staff=False, roles={"customer"})
BRUNO = thing(id=2, name="Bruno", is_staff=False, roles={"customer"})
CARLA = thing(id=3, name="Carla De Santis Montefeltro-Aldobrandini", is_staff=False, roles={"customer"})
ALDO = thing(id=4, name="Aldo Riva", is_staff=True, roles={"agent"})

CODE = Markup(
    '<pre tabindex="0"><code class="language-python"><span class="hl-c1"># how long it stays up</span>\n'
    '<span class="hl-k">for</span> <span class="hl-n">line</span> <span class="hl-ow">in</span> '
    '<span class="hl-nb">open</span><span class="hl-p">(</span>'
    '<span class="hl-s2">&quot;router.log&quot;</span>'
    '<span class="hl-p">):</span>\n    <span class="hl-nf">print</span><span class="hl-p">(</span>'
    '<span class="hl-n">line</span><span class="hl-p">[</span><span class="hl-mi">0</span>'
    '<span class="hl-p">:</span><span class="hl-mi">19</span><span class="hl-p">],</span> '
    '<span class="hl-s1">&#39;a line that is rather longer than the page is wide, '
    "so that it has to scroll&#39;</span>"
    '<span class="hl-p">)</span></code></pre>'
)

LONG_TEXT = (
    Markup(
        "<p>Since the storm on Tuesday the fibre light is <strong>off</strong> and "
        "<code>ping 1.1.1.1</code> says nothing. I have tried:</p>"
        "<ul><li>power off for ten minutes</li><li>another cable, "
        '<a href="https://example.org/a/long/address">as written here</a></li></ul>'
        '<ul class="task-list">'
        '<li class="task-item"><label><input type="checkbox" disabled checked> reset</label></li>'
        '<li class="task-item"><label><input type="checkbox" disabled> new router</label></li></ul>'
        '<blockquote><p>The technician said it was fine.</p></blockquote><p>Thank you <a class="mention" '
        'href="/people/2/bruno">@bruno</a>, see the table:</p>'
        '<div class="table-scroll" tabindex="0"><table><thead><tr><th class="ta-l">Light</th>'
        '<th class="ta-c">State</th><th class="ta-r">Minutes</th></tr>'
        '</thead><tbody><tr><td class="ta-l">PON</td><td class="ta-c">off</td>'
        '<td class="ta-r">1,420</td></tr>'
        "</tbody></table></div>"
    )
    + CODE
    + Markup("<h4>What I see</h4><p>{}</p>").format("averyveryverylongwordwithoutanyspace" * 4)
)

SHORT_TEXT = Markup(
    "<p>Hold the small button at the back for twelve seconds until <em>all</em> lights go out, then wait. "
    "The line comes back by itself after about four minutes: it did for us in via Roma.</p>"
)


def make_question(number: int, state: str, title: str, **more: Any) -> SimpleNamespace:
    values: dict[str, Any] = {
        "id": number,
        "slug": "a-question",
        "url": f"/question?{number}",
        "title": title,
        "state": state,
        "excerpt": "Since the storm on Tuesday the light is off, and the app says all is well here.",
        "asked_at": ago(hours=3),
        "asker": ANNA,
        "tags": ["fibra", "router"],
        "answer_count": 0,
        "score": 0,
        "too_count": 0,
        "is_held": False,
        "article": None,
    }
    return thing(**(values | more))


ARTICLE = thing(
    title="When the fibre light stays off after a thunderstorm",
    url="/article",
    summary="Three lights tell you whether it is your router, your socket or our cabinet, and what helps.",
    reviewed_at=ago(days=12),
    state="published",
    helpful_count=214,
)
DRAFT = thing(
    title="Moving house with the same number",
    url="/article",
    summary=None,
    reviewed_at=None,
    state="in_review",
    helpful_count=0,
)

QUESTIONS = [
    make_question(
        482,
        "waiting",
        "Router without light after the storm: is it the line or the box?",
        too_count=7,
        score=3,
    ),
    make_question(
        479,
        "answered",
        "How do I read the second meter when the display only shows dashes?",
        asker=BRUNO,
        asked_at=ago(days=2),
        answer_count=2,
        tags=["contatore", "luce", "bolletta", "autolettura", "seconda-casa"],
        excerpt=Markup("The button under the <mark>display</mark> does nothing."),
    ),
    make_question(
        311,
        "solved",
        "Bill doubled after moving from one flat to another in the same building",
        asker=CARLA,
        asked_at=ago(days=40),
        answer_count=5,
        score=28,
        too_count=1,
        article=ARTICLE,
    ),
    make_question(
        300,
        "closed",
        "Perché?",
        asker=None,
        asked_at=ago(days=800),
        excerpt=None,
        tags=[],
        answer_count=1,
        is_held=True,
    ),
    make_question(483, "waiting", "Is there a number one can call on Sundays?", asker=ALDO, asked_at=ago(minutes=4)),
]

COMMENTS = [
    thing(
        id=1,
        html=Markup("<p>Worked for me too, thank you.</p>"),
        author=CARLA,
        commented_at=ago(hours=1),
        is_held=False,
    ),
    thing(
        id=2,
        html=Markup("<p>Only with the <em>white</em> model.</p>"),
        author=ALDO,
        commented_at=ago(minutes=9),
        is_held=True,
    ),
]


def make_answer(number: int, **more: Any) -> SimpleNamespace:
    values: dict[str, Any] = {
        "id": number,
        "html": SHORT_TEXT,
        "author": BRUNO,
        "answered_at": ago(hours=2),
        "score": 12,
        "is_accepted": False,
        "is_recommended": False,
        "is_held": False,
        "edited_at": None,
        "revisions_url": None,
        "language": None,
    }
    return thing(**(values | more))


ANSWERS = [
    make_answer(9, is_accepted=True, is_recommended=True, edited_at=ago(minutes=20), revisions_url="/revisions"),
    make_answer(10, author=ALDO, html=LONG_TEXT, score=-1),
    make_answer(11, author=None, is_held=True, score=0, language="it"),
]


class AskForm(Form):
    title = StringField(
        "What happened?",
        [validators.InputRequired("Say in one line what happened.")],
        description="One line, as you would say it.",
    )
    text = TextAreaField(
        "Tell us more",
        [validators.InputRequired("Tell us a little more.")],
        description="What you see, what you tried.",
    )
    product = SelectField("About", choices=[SelectChoice("fibre", "Fibre"), SelectChoice("power", "Electricity")])
    tags = StringField("Tags", [validators.Optional()])
    email = StringField("E-mail", [validators.Email("An address looks like name@example.org.")])
    password = PasswordField("Password", [validators.InputRequired("Write a password.")])
    channel = RadioField(
        "How shall we tell you?",
        [validators.InputRequired("Choose one.")],
        choices=[SelectChoice("mail", "By e-mail"), SelectChoice("page", "Here")],
    )
    is_private = BooleanField("Only staff may see my account number")
