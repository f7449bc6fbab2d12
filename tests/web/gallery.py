"""A small app that shows the frame and every component in every state, with people and texts made up here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, flash, jsonify, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from pathlib import Path
from wtforms import (
    BooleanField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    validators,
)

from forum.web import moments
from forum.web.assets import Assets
from forum.web.frame import Links, NavItem, Site

WEB = Path(__file__).parents[2] / "forum" / "web"
HERE = Path(__file__).parent

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
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
    '<pre><code><span class="hl-c1"># how long the line stays up</span>\n'
    '<span class="hl-k">for</span> <span class="hl-n">line</span> <span class="hl-ow">in</span> '
    '<span class="hl-nb">open</span><span class="hl-p">(</span><span class="hl-s2">&quot;router.log&quot;</span>'
    '<span class="hl-p">):</span>\n    <span class="hl-nf">print</span><span class="hl-p">(</span>'
    '<span class="hl-n">line</span><span class="hl-p">[</span><span class="hl-mi">0</span>'
    '<span class="hl-p">:</span><span class="hl-mi">19</span><span class="hl-p">],</span> '
    '<span class="hl-s1">&#39;a line that is rather longer than the page is wide, so that it has to scroll&#39;</span>'
    '<span class="hl-p">)</span></code></pre>'
)

LONG_TEXT = Markup(
    "<p>Since the storm on Tuesday the fibre light is <strong>off</strong> and <code>ping 1.1.1.1</code> says "
    "nothing. I have tried:</p><ul><li>power off for ten minutes</li><li>another cable, "
    '<a href="https://example.org/a/long/address">as written here</a></li></ul>'
    '<ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" disabled checked> '
    'reset</li><li class="task-list-item"><input type="checkbox" disabled> new router</li></ul>'
    '<blockquote><p>The technician said it was fine.</p></blockquote><p>Thank you <a class="mention" '
    'href="/people/2/bruno">@bruno</a>, see the table:</p>'
    '<table><thead><tr><th class="ta-l">Light</th><th class="ta-c">State</th><th class="ta-r">Minutes</th></tr>'
    '</thead><tbody><tr><td class="ta-l">PON</td><td class="ta-c">off</td><td class="ta-r">1,420</td></tr>'
    "</tbody></table>"
) + CODE + Markup("<h4>What I see</h4><p>" + "averyveryverylongwordwithoutanyspace" * 4 + "</p>")

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
        "excerpt": "Since the storm on Tuesday the light is off, and the app says everything is well in our street.",
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
    summary="Three lights tell you whether it is your router, your socket or our cabinet, and what helps in each case.",
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
    make_question(482, "waiting", "Router without light after the storm: is it the line or the box?", too_count=7, score=3),
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
        300, "closed", "Perché?", asker=None, asked_at=ago(days=800), excerpt=None, tags=[], answer_count=1, is_held=True
    ),
    make_question(483, "waiting", "Is there a number one can call on Sundays?", asker=ALDO, asked_at=ago(minutes=4)),
]

COMMENTS = [
    thing(id=1, html=Markup("<p>Worked for me too, thank you.</p>"), author=CARLA, commented_at=ago(hours=1), is_held=False),
    thing(
        id=2, html=Markup("<p>Only with the <em>white</em> model.</p>"), author=ALDO, commented_at=ago(minutes=9), is_held=True
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
        "What happened?", [validators.InputRequired("Say in one line what happened.")], description="One line, as you would say it."
    )
    text = TextAreaField("Tell us more", [validators.InputRequired("Tell us a little more.")], description="What you see, what you tried.")
    product = SelectField("About", choices=[("fibre", "Fibre"), ("power", "Electricity")])
    tags = StringField("Tags", [validators.Optional()])
    email = StringField("E-mail", [validators.Email("An address looks like name@example.org.")])
    password = PasswordField("Password", [validators.InputRequired("Write a password.")])
    channel = RadioField(
        "How shall we tell you?", [validators.InputRequired("Choose one.")], choices=[("mail", "By e-mail"), ("page", "Here")]
    )
    is_private = BooleanField("Only staff may see my account number")


def create_gallery() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.secret_key = "only for looking"
    app.jinja_env.loader = ChoiceLoader(
        [FileSystemLoader(WEB / "templates"), FileSystemLoader(HERE / "gallery_templates")]
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    assets = Assets(WEB / "static", fresh=True)
    links = Links()
    rome = ZoneInfo("Europe/Rome")
    app.jinja_env.globals.update(
        asset=assets.url,
        csrf_token=lambda: "token",
        tag_url=links.tag_url,
        person_url=links.person_url,
    )
    app.jinja_env.filters.update(
        spoken=str,
        when=lambda at: moments.when(at, datetime.now(UTC), "en"),
        when_long=lambda at: moments.when_long(at, "en", rome),
        waited=lambda at: moments.waited(at, datetime.now(UTC), "en"),
    )

    @app.context_processor
    def frame() -> dict[str, Any]:
        who = request.args.get("as", "anna")
        actor = {"anna": ANNA, "aldo": ALDO}.get(who)
        nav = [
            NavItem("Questions", "/", "questions", request.path == "/", count=12),
            NavItem("Knowledge base", "/article", "book", request.path == "/article"),
            NavItem("Tags", "/tags", "tag"),
        ]
        if actor is ALDO:
            nav += [
                NavItem("The line", "/ticket", "desk", request.path == "/ticket", "staff", 31),
                NavItem("Contacts", "/contacts", "people", group="staff"),
                NavItem("Review", "/review", "shield", group="staff"),
            ]
        return {
            "site": Site("Sportello", (("it", "Italiano"), ("en", "English"))),
            "links": links,
            "language": "en",
            "theme": request.args.get("theme"),
            "keys_off": "keys-off" in request.args,
            "actor": actor,
            "nav": nav,
            "unread_count": 3 if actor else 0,
            "search_query": request.args.get("q", ""),
            "ANNA": ANNA,
            "ALDO": ALDO,
        }

    @app.after_request
    def strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @app.get("/static/<path:name>")
    def static_file(name: str) -> Any:
        return assets.respond(name, request)

    @app.get("/")
    def list_page() -> str:
        return render_template("list.html", questions=QUESTIONS, articles=[ARTICLE])

    @app.get("/question")
    def question_page() -> str:
        flash("Thank you: the next person with this problem will find it.")
        solved = make_question(311, "solved", QUESTIONS[2].title, asker=CARLA, asked_at=ago(days=40), html=LONG_TEXT, score=28)
        return render_template("question.html", question=solved, answers=ANSWERS, comments=COMMENTS, form=AskForm(), article=ARTICLE)

    @app.route("/form", methods=["GET", "POST"])
    def form_page() -> str:
        form = AskForm(request.form)
        if request.method == "POST" or "wrong" in request.args:
            form.validate()
        shown = Markup("<p>This is how it will look.</p>") if request.form.get("preview") else None
        return render_template("form.html", form=form, preview_html=shown)

    @app.get("/article")
    def article_page() -> str:
        return render_template("article.html", article=ARTICLE, html=LONG_TEXT, questions=QUESTIONS[2:3])

    @app.get("/ticket")
    def ticket_page() -> str:
        return render_template("ticket.html", question=QUESTIONS[1], answers=ANSWERS, at=ago(hours=5))

    @app.get("/error")
    def error_page() -> tuple[str, int]:
        error = thing(
            status=404,
            title="There is nothing at this address",
            text="It may have been moved or taken away. Searching for its words usually finds it.",
            actions=[("All questions", "/")],
            request_id="7f3a-22c1",
        )
        return render_template("layouts/error.html", error=error), 404

    @app.get("/parts")
    def parts_page() -> str:
        return render_template("parts.html", question=QUESTIONS[0], articles=[ARTICLE, DRAFT], form=AskForm(), at=ago(hours=5))

    @app.post("/vote/<outcome>")
    def vote(outcome: str) -> Any:
        if "application/json" not in request.headers.get("Accept", ""):
            return redirect("/question", 303)
        if outcome == "refused":
            return jsonify(detail="You cannot vote on what you wrote yourself."), 403
        return jsonify(score=12 + int(request.form["value"]), mine=int(request.form["value"]))

    @app.post("/preview")
    def preview() -> Any:
        hostile = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
        return jsonify(html=f'<p class="ta-r"><b>{len(request.form["text"])}</b></p>{hostile}')

    @app.get("/similar")
    def similar() -> Any:
        title = request.args["title"]
        return jsonify(items=[{"url": "/question", "title": f"<b>{title}</b>", "word": "Solved", "passage": "Hold the button."}])

    @app.post("/account/theme")
    @app.post("/account/language")
    @app.post("/done")
    def done() -> Any:
        app.config["DONE"] = app.config.get("DONE", 0) + 1
        return redirect(request.form.get("next", "/"), 303)

    return app


if __name__ == "__main__":
    create_gallery().run(port=5077)
