"""A small app that shows the frame and every component in every state, with people and texts made up here."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, flash, jsonify, redirect, render_template, request
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup

from forum.base import words
from forum.web.assets import Assets
from forum.web.frame import Links, NavItem, Site
from tests.web.gallery_content import (
    ALDO,
    ANNA,
    ANSWERS,
    ARTICLE,
    CARLA,
    COMMENTS,
    DRAFT,
    LONG_TEXT,
    QUESTIONS,
    AskForm,
    ago,
    make_question,
    thing,
)

WEB = Path(__file__).parents[2] / "forum" / "web"
HERE = Path(__file__).parent

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


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
    app.jinja_env.globals.update(
        asset=assets.url,
        csrf_token=lambda: "token",
        links=links,
        tag_url=links.tag_url,
        person_url=links.person_url,
        remembered=lambda macro: macro,
        remembered_in_language=lambda macro: macro,
        remembered_for_now=lambda macro: macro,
        remembered_piece=lambda macro: macro,
    )
    app.jinja_env.filters.update(
        when=lambda at: words.format_ago(at, datetime.now(UTC), "en"),
        when_long=lambda at: words.format_moment(at, "en", "Europe/Rome"),
        waited=lambda at: words.format_wait(at, datetime.now(UTC), "en"),
        spoken=str,
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
        if response.mimetype == "text/html" and "gzip" in request.headers.get("Accept-Encoding", ""):
            response.set_data(gzip.compress(response.get_data(), 6))
            response.headers["Content-Encoding"] = "gzip"
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
        solved = make_question(
            311, "solved", QUESTIONS[2].title, asker=CARLA, asked_at=ago(days=40), html=LONG_TEXT, score=28
        )
        return render_template(
            "question.html",
            question=solved,
            answers=ANSWERS,
            comments=COMMENTS,
            form=AskForm(),
            article=ARTICLE,
        )

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
        return render_template(
            "parts.html", question=QUESTIONS[0], articles=[ARTICLE, DRAFT], form=AskForm(), at=ago(hours=5)
        )

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
        return jsonify(
            items=[
                {
                    "url": "/question",
                    "title": f"<b>{title}</b>",
                    "word": "Solved",
                    "passage": "Hold the button.",
                }
            ]
        )

    @app.post("/account/language")
    @app.post("/done")
    def done() -> Any:
        app.config["DONE"] = app.config.get("DONE", 0) + 1
        return redirect(request.form.get("next", "/"), 303)

    return app


if __name__ == "__main__":
    create_gallery().run(port=5077)
