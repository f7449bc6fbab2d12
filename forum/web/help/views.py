"""The page that explains this place, and the one that tells robots where not to go."""

from flask import Blueprint, Response, render_template, url_for

from forum.base.words import say
from forum.web.context import LINKS
from forum.web.help import texts
from forum.web.language import language, spoken
from forum.web.moving import whole

pages = Blueprint("help", __name__)

#: Endless in their combinations, or of nobody's concern but the person's.
CLOSED_TO_ROBOTS = ("/search", "/similar", "/account", "/admin", "/desk", "/contacts", "/tickets")

#: What people need from Markdown, as they would write it.
EXAMPLES = (
    say("**important** and _emphasised_"),
    say("- first\n- second"),
    say("1. Unplug it.\n2. Wait a minute."),
    say("> what somebody else said"),
    say("Restart with `reboot`"),
    say("```\nError 42: no signal\n```"),
    say("[the manual](https://example.com/manual)"),
    say("| light | means |\n|---|---|\n| red | no line |"),
)


@pages.get("/help")
def show() -> str:
    """How this works, in plain words."""
    examples = [(spoken(example), texts.rendered(spoken(example))) for example in EXAMPLES]
    return render_template(
        "help/show.html", sections=texts.sections(language()), examples=examples, canonical=whole(url_for("help.show"))
    )


@pages.get("/robots.txt")
def robots() -> Response:
    """Everything that helps a reader may be found from outside."""
    lines = ["User-agent: *", *(f"Disallow: {LINKS.root}{path}" for path in CLOSED_TO_ROBOTS), "Allow: /"]
    lines += ["", f"Sitemap: {whole(LINKS.root)}/sitemap.xml"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
