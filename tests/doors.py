"""Every door of the house: an address with something behind it, and a form as its page would send it.

`{name}` stands for an id or a token of `tests.town`. Who may go through is found out by trying, never written here.
"""

from dataclasses import dataclass, field

from tests.town import LONG, Town

#: Endpoint -> addresses to look at. Several where one page shows itself in several states.
GET: dict[str, tuple[str, ...]] = {
    "accounts.check_mail": ("/account/check-mail",),
    "accounts.preferences": ("/account/preferences",),
    "accounts.settings": ("/account/settings",),
    "accounts.show_confirm": ("/account/confirm/{confirm}", "/account/confirm/dead"),
    "accounts.show_confirm_email": ("/account/confirm-email/{email}", "/account/confirm-email/dead"),
    "accounts.show_data": ("/account/data",),
    "accounts.show_email": ("/account/email",),
    "accounts.show_forgotten": ("/account/forgotten",),
    "accounts.show_leave": ("/account/leave",),
    "accounts.show_password": ("/account/password",),
    "accounts.show_reset": ("/account/reset/{reset}", "/account/reset/dead"),
    "accounts.show_sessions": ("/account/sessions",),
    "accounts.show_set_up": ("/account/set-up/{set_up}",),
    "accounts.show_sign_in": ("/account/sign-in",),
    "accounts.show_sign_up": ("/account/sign-up",),
    "accounts.show_tokens": ("/account/tokens",),
    "admin.brand": ("/admin/brand",),
    "admin.invite": ("/admin/people/invite",),
    "admin.job": ("/admin/jobs/{delivery}",),
    "admin.jobs": ("/admin/jobs", "/admin/jobs?state=waiting"),
    "admin.overview": ("/admin",),
    "admin.people": ("/admin/people", "/admin/people?q=anna"),
    "admin.person": ("/admin/people/{anna}",),
    "admin.product": ("/admin/products/fibra-casa", "/admin/products/telefono"),
    "admin.products": ("/admin/products",),
    "admin.staff_log_page": ("/admin/log", "/admin/log?since=2026-01-01&kind=answer"),
    "admin.tag": ("/admin/tags/router", "/admin/tags/wlan"),
    "admin.tags": ("/admin/tags", "/admin/tags?q=nosuchtag"),
    "api_reference.show_reference": ("/api",),
    "contacts.compare": (
        "/contacts/{contact}/merge?other={double}", "/contacts/{contact}/merge?other={joined}",
        "/contacts/{contact}/merge?other={contact}",
    ),
    "contacts.edit": ("/contacts/{contact}/edit",),
    "contacts.new": ("/contacts/new",),
    "contacts.search": ("/contacts", "/contacts?q=conti", "/contacts?q=nobodyatall"),
    "contacts.show": ("/contacts/{contact}", "/contacts/{other_contact}", "/contacts/{merged}"),
    "drafts.my_drafts": ("/drafts",),
    "drafts.new_token": ("/drafts/token",),
    "help.show": ("/help",),
    "knowledge.article_revisions": ("/kb/{live}/revisions",),
    "knowledge.ask_why_redact": ("/kb/{live}/revisions/1/redact",),
    "knowledge.drafts": ("/kb/drafts",),
    "knowledge.edit_article": ("/kb/{draft}/edit",),
    "knowledge.home": ("/kb",),
    "knowledge.new_article": ("/kb/new", "/kb/new?title=The+red+light"),
    "knowledge.show_article": ("/kb/{live}", "/kb/{draft}", "/kb/{in_review}"),
    "moderation.ask_why_flag": ("/answers/{answer}/flag", "/questions/{question}/flag", "/comments/{comment}/flag"),
    "moderation.decided": ("/review/decided",),
    "moderation.item": ("/review/{item}", "/review/{decided_item}", "/review/{question_item}"),
    "moderation.own_flags": ("/account/flags",),
    "moderation.review": ("/review", "/review?tab=mending"),
    "media.my_pictures": ("/media",),
    "media.picture_file": ("/media/{picture}/{token_of_picture}.webp",),
    "media.show_picture": ("/media/{picture}",),
    "profiles.named": ("/people/named?q=an",),
    "profiles.show": (
        "/people/{bruno}", "/people/{anna}?tab=questions", "/people/{bruno}?tab=standing", "/people/{bruno}?tab=solved",
    ),
    "questions.answer_revisions": ("/answers/{answer}/revisions",),
    "questions.ask": ("/questions/ask", "/questions/ask?title=The+light+is+red"),
    "questions.ask_why_close_question": ("/questions/{question}/close",),
    "questions.ask_why_delete_answer": ("/answers/{answer}/delete",),
    "questions.ask_why_delete_comment": ("/comments/{comment}/delete",),
    "questions.ask_why_delete_question": ("/questions/{question}/delete",),
    "questions.ask_why_hide_answer": ("/answers/{answer}/hide",),
    "questions.ask_why_hide_comment": ("/comments/{comment}/hide",),
    "questions.ask_why_hide_question": ("/questions/{question}/hide",),
    "questions.ask_why_redact_answer": ("/answers/{edited_answer}/revisions/1/redact",),
    "questions.ask_why_redact_question": ("/questions/{edited}/revisions/1/redact",),
    "questions.describe_tag": ("/tags/router/edit",),
    "questions.ask_why_reopen_question": ("/questions/{closed}/reopen",),
    "questions.ask_why_restore_answer": ("/answers/{hidden_answer}/restore",),
    "questions.ask_why_restore_comment": ("/comments/{hidden_comment}/restore",),
    "questions.ask_why_restore_question": ("/questions/{hidden}/restore",),
    "questions.ask_why_undelete_answer": ("/answers/{deleted_answer}/undelete",),
    "questions.ask_why_undelete_comment": ("/comments/{deleted_comment}/undelete",),
    "questions.ask_why_undelete_question": ("/questions/{deleted}/undelete",),
    "questions.edit_answer": ("/answers/{answer}/edit",),
    "questions.edit_comment": ("/comments/{comment}/edit",),
    "questions.edit_question": ("/questions/{question}/edit",),
    "questions.index": ("/",),
    "questions.product": ("/products/fibra-casa", "/products/telefono"),
    "questions.products": ("/products",),
    "questions.questions": ("/questions", "/questions?tab=solved", "/questions?tag=nosuchtag", "/questions?tab=mine", "/questions?tab=followed"),
    "questions.revisions": ("/questions/{edited}/revisions",),
    "questions.show": (
        "/questions/{question}", "/questions/{live_question}", "/questions/{closed}", "/questions/{alone}",
        "/questions/{hidden}", "/questions/{deleted}",
    ),
    "questions.show_answer": ("/answers/{answer}",),
    "questions.tag": ("/tags/router",),
    "questions.tags": ("/tags", "/tags?q=out", "/tags?q=nosuchtag"),
    "search.duplicates_of": ("/questions/{again}/duplicates", "/questions/{again}/duplicates?part=1", "/questions/{alone}/duplicates"),
    "search.list_duplicates": ("/review/duplicates",),
    "search.list_gaps": (
        "/search/gaps", "/search/gaps?kind=left&language=en&days=7", "/search/gaps?state=answered",
        "/search/gaps?state=dismissed",
    ),
    "search.show_gap": ("/search/gaps/{gap}", "/search/gaps/{answered_gap}", "/search/gaps/{dismissed_gap}"),
    "search.search": ("/search", "/search?q=red+light", "/search?q=zzzzunfindable"),
    "search.similar": ("/similar?title=red+light",),
    "tickets.new": ("/tickets/new", "/tickets/new?contact={contact}"),
    "tickets.question_desk": ("/desk/questions/{question}",),
    "tickets.show": ("/tickets/{ticket}", "/tickets/{free_ticket}"),
    "tickets.suggestions": ("/tickets/{ticket}/suggestions", "/tickets/{ticket}/suggestions?part=1"),
    "tickets.tickets": ("/tickets", "/tickets?tab=mine", "/tickets?tab=closed"),
}  # fmt: skip

#: What answers something else than a page for people.
NO_PAGES = {
    "admin.export_log": "/admin/log.csv",
    "feeds.answers": "/feeds/questions/{question}.atom",
    "feeds.articles": "/feeds/articles.atom",
    "feeds.index": "/sitemap.xml",
    "feeds.part": "/sitemaps/pages-1.xml",
    "feeds.questions": "/feeds/questions.atom",
    "feeds.tag": "/feeds/tags/router.atom",
    "admin.brand_preview": "/admin/brand/preview.css",
    "brand_css": "/brand.css",
    "brand_logo": "/brand/logo",
    "health.alive": "/healthz",
    "health.metrics": "/metrics",
    "health.ready": "/readyz",
    "help.robots": "/robots.txt",
    "questions.old_host": "/",
    "static_file": "/static/css/none.css",
}

NEW_PASSWORD = "seven marmots under a tidal lamp"
PRODUCT: dict[str, str | list[str]] = {
    "name_it": "Luce", "name_en": "Power", "description_it": "Contatore e bolletta.", "description_en": "",
}  # fmt: skip
TEXT = "Have you tried another cable?"


@dataclass(frozen=True)
class Door:
    """Where a form goes, and what is in it."""

    path: str
    form: dict[str, str | list[str]] = field(default_factory=dict)
    #: One who may, to begin an attack from; the role matrix finds out who else.
    who: str = "ada"


POST: dict[str, Door] = {
    "accounts.add_token": Door("/account/tokens", {"name": "a script", "scopes": ["read"]}, "anna"),
    "accounts.change_email": Door("/account/email", {"email": "new@example.it", "current": "{password}"}, "anna"),
    "accounts.change_password": Door("/account/password", {"current": "{password}", "password": NEW_PASSWORD}, "anna"),
    "accounts.change_preferences": Door("/account/preferences", {"theme": "dark", "language": "it"}, "anna"),
    "accounts.change_profile": Door(
        "/account/settings", {"name": "Anna", "about": "I like lamps.", "language": "it"}, "anna"
    ),
    "accounts.confirm": Door("/account/confirm/{confirm}", {"password": "{password}"}, "visitor"),
    "accounts.confirm_email": Door("/account/confirm-email/{email}", {}, "anna"),
    "accounts.download_data": Door("/account/data", {"current": "{password}"}, "anna"),
    "accounts.end_session": Door("/account/sessions/{session}/end", {}, "anna"),
    "accounts.forgotten": Door("/account/forgotten", {"email": "bruno@example.it"}, "visitor"),
    "accounts.leave_for_good": Door("/account/leave", {"current": "{password}", "posts": "keep"}, "anna"),
    "accounts.reset": Door("/account/reset/{reset}", {"password": NEW_PASSWORD}, "visitor"),
    "accounts.revoke_token": Door("/account/tokens/{token}/revoke", {}, "anna"),
    "accounts.set_up": Door(
        "/account/set-up/{set_up}", {"name": "Zoe", "email": "zoe@example.it", "password": NEW_PASSWORD}, "visitor"
    ),
    "accounts.sign_in": Door("/account/sign-in", {"email": "anna@example.it", "password": "{password}"}, "visitor"),
    "accounts.sign_out": Door("/account/sign-out", {}, "anna"),
    "accounts.sign_out_everywhere": Door("/account/sign-out-everywhere", {}, "anna"),
    "accounts.sign_up": Door(
        "/account/sign-up", {"name": "Yuri", "email": "yuri@example.it", "password": NEW_PASSWORD}, "visitor"
    ),
    "accounts.stay": Door("/account/stay", {}, "anna"),
    "admin.add_synonym": Door("/admin/tags/fibra/synonyms", {"name": "ftth"}, "mia"),
    "admin.delete_tag": Door("/admin/tags/unused/delete", {}, "mia"),
    "admin.describe_tag": Door("/admin/tags/fibra/describe", {"description_it": "Linee.", "description_en": ""}, "mia"),
    "admin.merge_tags": Door("/admin/tags/fibra/merge", {"into": "router"}, "mia"),
    "admin.part_synonym": Door("/admin/tags/wlan/part", {}, "mia"),
    "admin.rename_tag": Door("/admin/tags/fibra/rename", {"name": "fibre"}, "mia"),
    "admin.add_product": Door("/admin/products", PRODUCT),
    "admin.archive_product": Door("/admin/products/fibra-casa/archive"),
    "admin.change_brand": Door(
        "/admin/brand", {"site_name": "Luci", "company": "Luci S.p.A.", "accent": "#1d4ed8", "version": "0"}
    ),
    "admin.change_powers": Door("/admin/people/{bruno}/powers", {"roles": ["agent"], "rights": ["editor"]}),
    "admin.disable": Door("/admin/people/{bruno}/disable", {"why": "He asked for it."}),
    "admin.drop_job": Door("/admin/jobs/{delivery}/drop", {"why": "It is too late for it."}),
    "admin.invite_person": Door(
        "/admin/people/invite", {"name": "Zita", "email": "zita@example.it", "roles": ["agent"]}
    ),
    "admin.edit_product": Door("/admin/products/fibra-casa", {**PRODUCT, "version": "1"}),
    "admin.enable": Door("/admin/people/{bruno}/enable"),
    "admin.end_sessions": Door("/admin/people/{bruno}/end-sessions"),
    "admin.move_product": Door("/admin/products/fibra-casa/down"),
    "admin.restore_product": Door("/admin/products/telefono/restore"),
    "admin.reset_brand": Door("/admin/brand/reset"),
    "admin.send_dead_again": Door("/admin/jobs/again"),
    "admin.send_one_again": Door("/admin/jobs/{delivery}/again"),
    "admin.undo_brand": Door("/admin/brand/undo"),
    "contacts.add_contact": Door(
        "/contacts/new",
        {"name": "Dora", "company": "", "tier": "plus", "zone": "RM", "language": "it", "email": "d@example.it"},
    ),
    "contacts.add_external_id": Door("/contacts/{contact}/external-ids", {"external_id": "C-77"}),
    "contacts.add_point": Door("/contacts/{contact}/points", {"value": "another@example.it"}),
    "contacts.edit_contact": Door(
        "/contacts/{contact}/edit",
        {
            "name": "Anna Conti",
            "company": "Conti",
            "tier": "top",
            "zone": "MI",
            "language": "it",
            "version": "{contact_version}",
        },
    ),
    "contacts.join_user": Door("/contacts/{other_contact}/join", {"person": "{bruno}", "why": "He said so."}),
    "contacts.merge": Door(
        "/contacts/{contact}/merge",
        {"other": "{double}", "kept_version": "{contact_version}", "gone_version": "1"},
    ),
    "contacts.undo_merge": Door("/contacts/{merged_into}/merges/{merge}/undo"),
    "contacts.part_user": Door("/contacts/{contact}/part"),
    "contacts.remove_external_id": Door("/contacts/{contact}/external-ids/{external_id}/remove"),
    "contacts.remove_point": Door("/contacts/{contact}/points/{point}/remove"),
    "drafts.discard_draft": Door("/drafts/{draft_row}/discard", {}, "anna"),
    "drafts.discard_sent": Door("/drafts/discard", {"draft_for": "answer-{question}"}, "anna"),
    "drafts.keep_draft": Door(
        "/drafts", {"draft_for": "edit_question-{question}", "draft_version": "0", "text": TEXT}, "anna"
    ),
    "drafts.take_back_draft": Door("/drafts/{draft_row}/restore", {}, "anna"),
    "knowledge.change_state": Door("/kb/{draft}/state", {"state": "in_review", "why": ""}, "elena"),
    "knowledge.doubt_article": Door("/kb/{live}/doubt", {"why": "The menu looks different now."}, "elena"),
    "knowledge.gather_question": Door("/kb/{live}/questions", {"question": "{alone}"}, "elena"),
    "knowledge.promote_answer": Door("/answers/{accepted}/promotion", {}, "elena"),
    "knowledge.release_question": Door("/kb/{live}/questions/release", {"question": "{gathered}"}, "elena"),
    "knowledge.redact": Door("/kb/{live}/revisions/1/redact", {"why": "A number."}, "mia"),
    "knowledge.review_article": Door(
        "/kb/{in_review}/review", {"outcome": "approve", "version": "1", "comment": "", "source": ""}, "mia"
    ),
    "knowledge.roll_back": Door("/kb/{live}/revisions/2/rollback", {"version": "3", "why": "It was better."}, "elena"),
    "knowledge.write_article": Door(
        "/kb/new", {"title": "How to borrow a ladder", "text": LONG, "language": "en", "once": "b2" * 16}, "elena"
    ),
    "knowledge.save_article": Door(
        "/kb/{draft}/edit",
        {"title": "How a bill is read", "text": LONG, "language": "en", "version": "1", "why": "clearer"},
        "elena",
    ),
    "moderation.claim": Door("/review/{item}/claim", {}, "mia"),
    "moderation.claim_next": Door("/review/next", {}, "mia"),
    "moderation.decide": Door(
        "/review/{item}/decision", {"decision": "hide", "why": "It sells.", "round": "0", "version": "1"}, "mia"
    ),
    "moderation.decide_all": Door("/review", {"item": ["{item}-0-1"], "decision": "delete", "why": ""}, "mia"),
    "moderation.flag": Door("/answers/{accepted}/flag", {"reason": "rude", "words": "He shouts."}, "carla"),
    "moderation.release": Door("/review/{item}/release", {}, "mia"),
    "moderation.undo_decision": Door("/review/decisions/{decision}/undo", {}, "mia"),
    "moderation.withdraw_flag": Door("/flags/{flag}/withdraw", {}, "carla"),
    "media.remove_picture": Door("/media/{picture}/remove", {}, "anna"),
    "media.upload": Door(
        "/media", {"draft_for": "edit_question-{question}", "draft_version": "0", "text": TEXT}, "anna"
    ),
    "questions.accept_answer": Door("/answers/{answer}/accept", {}, "anna"),
    "questions.ask_for_help_again": Door("/questions/{question}/still-need-help", {}, "anna"),
    "questions.ask_question": Door(
        "/questions/ask",
        {"title": "The light is red", "text": LONG, "tags": "router, light", "product": "fibra-casa"},
        "anna",
    ),
    "questions.change_me_too": Door("/questions/{question}/me-too", {"value": "1"}, "carla"),
    "questions.close_question": Door("/questions/{question}/close", {"why": "It is over.", "duplicate_of": ""}, "mia"),
    "questions.comment_on_answer": Door("/answers/{answer}/comments", {"text": TEXT}, "carla"),
    "questions.comment_on_question": Door("/questions/{question}/comments", {"text": TEXT}, "carla"),
    "questions.delete_answer": Door("/answers/{answer}/delete", {"why": "It sells something."}, "bruno"),
    "questions.delete_comment": Door("/comments/{comment}/delete", {"why": "It sells something."}, "carla"),
    "questions.delete_question": Door("/questions/{alone}/delete", {"why": "It sells something."}, "anna"),
    "questions.follow_question": Door("/questions/{question}/follow", {"value": "1"}, "carla"),
    "questions.follow_tag": Door("/tags/router/follow", {"value": "1"}, "carla"),
    "questions.hide_answer": Door("/answers/{answer}/hide", {"why": "It names a person."}, "mia"),
    "questions.hide_comment": Door("/comments/{comment}/hide", {"why": "It names a person."}, "mia"),
    "questions.hide_question": Door("/questions/{question}/hide", {"why": "It names a person."}, "mia"),
    "questions.post_answer": Door("/questions/{question}/answers", {"text": TEXT}, "carla"),
    "questions.preview": Door("/questions/preview", {"text": TEXT}, "anna"),
    "questions.redact_answer": Door("/answers/{edited_answer}/revisions/1/redact", {"why": "A number."}, "mia"),
    "questions.redact_question": Door("/questions/{edited}/revisions/1/redact", {"why": "A number."}, "mia"),
    "questions.reopen_question": Door("/questions/{closed}/reopen", {}, "mia"),
    "questions.restore_answer": Door("/answers/{hidden_answer}/restore", {}, "mia"),
    "questions.restore_comment": Door("/comments/{hidden_comment}/restore", {}, "mia"),
    "questions.restore_question": Door("/questions/{hidden}/restore", {}, "mia"),
    "questions.roll_back_answer": Door(
        "/answers/{edited_answer}/revisions/1/rollback", {"version": "2", "why": "It was better."}, "bruno"
    ),
    "questions.roll_back_question": Door(
        "/questions/{edited}/revisions/1/rollback", {"version": "2", "why": "It was better."}, "anna"
    ),
    "questions.save_answer": Door("/answers/{answer}/edit", {"text": TEXT, "version": "1", "why": "typo"}, "bruno"),
    "questions.save_comment": Door("/comments/{comment}/edit", {"text": TEXT, "version": "1"}, "carla"),
    "questions.save_description": Door("/tags/router/edit", {"en": "Lights.", "it": "Luci.", "seen": ""}, "mia"),
    "questions.save_question": Door(
        "/questions/{question}/edit",
        {"title": "The light is red", "text": TEXT, "tags": "router", "version": "1", "why": "typo"},
        "anna",
    ),
    "questions.undelete_answer": Door("/answers/{deleted_answer}/undelete", {}, "bruno"),
    "questions.undelete_comment": Door("/comments/{deleted_comment}/undelete", {}, "carla"),
    "questions.undelete_question": Door("/questions/{deleted}/undelete", {}, "anna"),
    "questions.vote_on_answer": Door("/answers/{answer}/vote", {"value": "1"}, "anna"),
    "questions.vote_on_question": Door("/questions/{question}/vote", {"value": "1"}, "carla"),
    "questions.withdraw_acceptance": Door("/answers/{accepted}/withdraw", {}, "anna"),
    "search.answer_gap": Door("/search/gaps/{gap}/answer", {"answer": "/kb/{live}/how"}, "elena"),
    "search.deny_duplicate": Door("/questions/{again}/duplicates/{question}/deny", {}, "mia"),
    "search.undo_denial": Door("/questions/{alone}/duplicates/{question}/undo", {}, "mia"),
    "search.dismiss_gap": Door("/search/gaps/{gap}/dismiss", {}, "elena"),
    "search.reopen_gap": Door("/search/gaps/{dismissed_gap}/reopen", {}, "elena"),
    "search.note_solved": Door("/similar/solved", {"hit": "question:{live_question}", "asking": "a1" * 16}, "visitor"),
    "tickets.add_message": Door("/tickets/{ticket}/messages", {"kind": "note", "text": TEXT}, "aldo"),
    "tickets.change_ticket": Door(
        "/tickets/{ticket}/change", {"status": "pending", "assignee": "", "version": "1"}, "aldo"
    ),
    "tickets.link": Door("/tickets/{free_ticket}/links", {"target": "answer {answer}", "why": "the light"}, "aldo"),
    "tickets.open_from_question": Door("/desk/questions/{question}/ticket", {}, "aldo"),
    "tickets.open_ticket": Door(
        "/tickets/new?contact={contact}", {"subject": "No line", "text": TEXT, "question": "{question}"}, "aldo"
    ),
    "tickets.pass_on": Door(
        "/desk/links",
        {"kind": "answer", "target": "{answer}", "ticket": "{free_ticket}", "chosen": "", "why": ""},
        "aldo",
    ),
    "tickets.relink": Door("/tickets/{ticket}/links/{gone_link}/restore", {}, "aldo"),
    "tickets.take_ticket": Door("/tickets/{free_ticket}/take", {}, "aldo"),
    "tickets.unlink": Door("/tickets/{ticket}/links/{link}/remove", {}, "aldo"),
}


def fill(text: str, town: Town, password: str = "") -> str:
    """An address or a value with the ids of this town in it."""
    names = {name: str(number) for name, number in town.ids.items()} | town.tokens | {"password": password}
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def fill_form(door: Door, town: Town, password: str = "") -> dict[str, str | list[str]]:
    """The form of a door with the ids of this town in it."""
    return {
        name: [fill(each, town, password) for each in value] if isinstance(value, list) else fill(value, town, password)
        for name, value in door.form.items()
    }
