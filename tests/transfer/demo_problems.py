"""What could be wrong with the demo community, each thing as a sentence."""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import chain, pairwise

import phonenumbers
from markdown_it import MarkdownIt

from forum.moderation.models import DECISIONS, REASONS
from forum.search.wordings import kept_words
from forum.transfer.demo_community import Answer, Article, Comment, Community, Edit, Person, Question, Ticket
from forum.transfer.demo_pictures import PICTURES
from forum.transfer.demo_stories import MENTION, REFERENCE

ROLES = {"customer", "moderator", "agent", "administrator"}
RIGHTS = {"editor", "manager"}
STATUSES = {"new", "open", "pending", "resolved", "closed"}
MAY_FOLLOW = {
    "draft": {"save", "submit"},
    "in_review": {"return", "approve"},
    "published": {"save", "submit", "archive"},
    "archived": set[str](),
}
#: Words too common to be missing from a few sentences, and not shared by the two languages.
EVERYDAY = {
    "it": set(re.findall(r"\w+", "il di che è per con del della non si una le la gli ho anche più sono")),
    "en": set(re.findall(r"\w+", "the of that is for with and not you it to are was have this they my")),
}


def staff(person: Person) -> bool:
    return bool({"moderator", "agent", "administrator"} & set(person.roles))


def problems(community: Community) -> list[str]:
    return [
        *problems_with_people(community),
        *problems_with_contacts(community),
        *chain.from_iterable(problems_with_question(community, each) for each in community.questions),
        *chain.from_iterable(problems_with_article(community, each) for each in community.articles),
        *chain.from_iterable(problems_with_ticket(community, each) for each in community.tickets),
        *problems_with_texts(community),
        *problems_with_references(community),
        *problems_with_mentions(community),
        *problems_with_drafts(community),
        *problems_with_pictures(community),
        *problems_with_searches(community),
    ]


def problems_with_people(community: Community) -> Iterator[str]:
    yield from twice("person", (person.key for person in community.people))
    yield from twice("e-mail", (person.email for person in community.people))
    yield from twice("tag", (tag.name for tag in community.tags))
    yield from twice("product", (product.key for product in community.products))
    for product in community.products:
        if set(product.names) != {"it", "en"} or set(product.descriptions) != {"it", "en"}:
            yield f"product {product.key}: not in both languages"
    for person in community.people:
        if not set(person.roles) <= ROLES or "customer" not in person.roles:
            yield f"{person.key}: roles {person.roles}"
        if not set(person.rights) <= RIGHTS:
            yield f"{person.key}: rights {person.rights}"
        if person.language not in EVERYDAY:
            yield f"{person.key}: language {person.language}"
        for tag in set(person.follows) - {tag.name for tag in community.tags}:
            yield f"{person.key}: follows unknown {tag}"
        if person.sign_in and set(person.sign_in) != {"it", "en"}:
            yield f"{person.key}: sign_in is not in both languages"
    for tag in community.tags:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", tag.name):
            yield f"tag {tag.name}: not a name for an address"
        if set(tag.description) != {"it", "en"} or not all(tag.description.values()):
            yield f"tag {tag.name}: not described in both languages"


def problems_with_contacts(community: Community) -> Iterator[str]:
    yield from twice("contact", (contact.key for contact in community.contacts))
    yield from twice("phone", (phone for contact in community.contacts for phone in contact.phones))
    for contact in community.contacts:
        if contact.tier not in {"basic", "plus", "top"}:
            yield f"{contact.key}: tier {contact.tier}"
        if not re.fullmatch(r"[A-Z]{2}", contact.zone):
            yield f"{contact.key}: zone {contact.zone}"
        for phone in contact.phones:
            number = phonenumbers.parse(phone)
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            if not phonenumbers.is_valid_number(number) or e164 != phone:
                yield f"{contact.key}: phone {phone}"


def problems_with_question(community: Community, question: Question) -> Iterator[str]:
    key = question.key
    people = {person.key: person for person in community.people}
    if not 15 <= len(question.title) <= 150:
        yield f"{key}: title of {len(question.title)} characters"
    if not 1 <= len(question.tags) <= 5 or len(set(question.tags)) != len(question.tags):
        yield f"{key}: {len(question.tags)} tags"
    for tag in set(question.tags) - {tag.name for tag in community.tags}:
        yield f"{key}: unknown tag {tag}"
    if question.views < len({*question.up, *question.down}):
        yield f"{key}: more votes than views"
    yield from twice(f"answer to {key} by", (answer.by for answer in question.answers))
    if question.product not in {"", *(each.key for each in community.products if not each.archived)}:
        yield f"{key}: unknown product {question.product}"
    yield from twice(f"{key} is had by", question.too)
    yield from twice(f"{key} is followed by", question.followers)
    for name in {*question.too, *question.followers} - people.keys():
        yield f"{key}: unknown {name} has or follows it"
    if question.by in question.too:
        yield f"{key}: {question.by} has it twice"
    yield from problems_with_post(people, key, question)
    yield from out_of_order(f"{key}: answers", [question.at, *(answer.at for answer in question.answers)])
    for answer in question.answers:
        yield from problems_with_post(people, answer.key, answer)
        yield from problems_with_acceptance(people, question, answer)
    standing = [answer for answer in question.answers if answer.acceptance and answer.acceptance.stands]
    if len(standing) > 1:
        yield f"{key}: {len(standing)} accepted answers"


def problems_with_post(people: dict[str, Person], key: str, post: Question | Answer) -> Iterator[str]:
    if post.language not in EVERYDAY:
        yield f"{key}: language {post.language}"
    if post.by in (*post.up, *post.down):
        yield f"{key}: {post.by} votes on their own"
    yield from twice(f"vote on {key} by", [*post.up, *post.down])
    for voter in {*post.up, *post.down} - people.keys():
        yield f"{key}: unknown voter {voter}"
    acts: list[Question | Answer | Comment | Edit] = [post, *post.comments, *post.edits]
    for act in acts:
        yield from problems_with_actor(people, key, act.by, act.at)
    for later in (post.comments, post.edits):
        yield from out_of_order(f"{key}: comments or edits", [post.at, *(act.at for act in later)])
    yield from problems_with_done(people, key, post)
    for edit in post.edits:
        if edit.by != post.by and edit.by in people and not staff(people[edit.by]):
            yield f"{key}: {edit.by} edits what {post.by} wrote"
    for before, after in pairwise([post.text, *(edit.text for edit in post.edits)]):
        if before == after:
            yield f"{key}: an edit that changes nothing"


def problems_with_done(people: dict[str, Person], key: str, post: Question | Answer) -> Iterator[str]:
    for text in (post, *post.comments):
        yield from out_of_order(f"{key}: what was done", [text.at, *(done.at for done in text.done)])
        for done in text.done:
            yield from problems_with_actor(people, key, done.by, done.at)
            is_own = done.kind in {"delete", "undelete"} and done.by == text.by
            if done.kind == "flag" and (done.by == text.by or done.what not in REASONS):
                yield f"{key}: {done.by} flags what {text.by} wrote as {done.what}"
            if done.kind == "decide" and done.what not in DECISIONS:
                yield f"{key}: {done.by} decides {done.what}"
            if done.kind != "flag" and not is_own and done.by in people and "moderator" not in people[done.by].roles:
                yield f"{key}: {done.by} may not {done.kind} what {text.by} wrote"


def problems_with_acceptance(people: dict[str, Person], question: Question, answer: Answer) -> Iterator[str]:
    accepted = answer.acceptance
    if accepted is None:
        return
    moments = [answer.at, accepted.at, *([accepted.withdrawn_at] if accepted.withdrawn_at else [])]
    yield from out_of_order(f"{answer.key}: acceptance", moments)
    for who, when in ((accepted.by, accepted.at), (accepted.withdrawn_by, accepted.withdrawn_at)):
        if who is None or when is None:
            continue
        yield from problems_with_actor(people, answer.key, who, when)
        if who != question.by and who in people and not staff(people[who]):
            yield f"{answer.key}: {who} may not accept or withdraw"


def problems_with_article(community: Community, article: Article) -> Iterator[str]:
    key = article.key
    people = {person.key: person for person in community.people}
    questions = {question.key: question for question in community.questions}
    answers = {answer.key: answer for question in community.questions for answer in question.answers}
    source = answers.get(article.source)
    if not 15 <= len(article.title) <= 150:
        yield f"{key}: title of {len(article.title)} characters"
    if source is None:
        yield f"{key}: unknown source {article.source}"
    elif source.acceptance is None:
        yield f"{key}: source {article.source} was never accepted"
    else:
        yield from out_of_order(f"{key}: promotion", [source.acceptance.at, article.at])
        if source.language != article.language:
            yield f"{key}: not in the language of its source"
    for gathered in article.gathers:
        if gathered not in questions:
            yield f"{key}: gathers unknown question {gathered}"
        elif gathered == article.source.split("/")[0]:
            yield f"{key}: gathers the question of its own source"
        else:
            yield from out_of_order(f"{key}: gathering", [questions[gathered].at, article.at])
    for reader in {*article.helpful, *article.unhelpful} - people.keys():
        yield f"{key}: unknown reader {reader}"
    yield from twice(f"word on {key} by", [*article.helpful, *article.unhelpful])
    yield from problems_with_actor(people, key, article.by, article.at)
    yield from out_of_order(f"{key}: steps", [article.at, *(step.at for step in article.steps)])
    state, saved_by = "draft", {article.by}
    for step in article.steps:
        yield from problems_with_actor(people, key, step.by, step.at)
        if step.kind not in MAY_FOLLOW[state]:
            yield f"{key}: {step.kind} while {state}"
        person = people.get(step.by)
        if person and not staff(person) and "editor" not in person.rights:
            yield f"{key}: {step.by} has no right to {step.kind}"
        if person and not staff(person) and step.kind in {"return", "approve", "archive"}:
            yield f"{key}: {step.by} is not staff and may not {step.kind}"
        if step.kind in {"return", "approve"} and step.by in saved_by:
            yield f"{key}: {step.by} reviews their own text"
        if step.kind == "approve" and source is not None and step.by == source.by:
            yield f"{key}: {step.by} approves what is made from their own answer"
        if step.kind == "save":
            saved_by.add(step.by)
        if step.kind == "approve":
            saved_by.clear()
        state = {"submit": "in_review", "return": "draft", "approve": "published", "archive": "archived"}.get(
            step.kind, state
        )


def problems_with_ticket(community: Community, ticket: Ticket) -> Iterator[str]:
    key = ticket.key
    people = {person.key: person for person in community.people}
    agents = {person.key for person in community.people if "agent" in person.roles}
    if ticket.requester not in {contact.key for contact in community.contacts}:
        yield f"{key}: unknown requester {ticket.requester}"
    if ticket.assignee is not None and ticket.assignee not in agents:
        yield f"{key}: assigned to {ticket.assignee}, no agent"
    if not any(step.kind == "message" for step in ticket.steps):
        yield f"{key}: without a message"
    yield from out_of_order(f"{key}: steps", [ticket.at, *(step.at for step in ticket.steps)])
    for step in ticket.steps:
        if step.kind != "message" or step.by != ticket.requester:
            yield from problems_with_actor(people, key, step.by, step.at)
            if step.by not in agents:
                yield f"{key}: {step.kind} by {step.by}, no agent"
        if step.kind == "status" and step.to not in STATUSES:
            yield f"{key}: status {step.to}"
        if step.kind == "link":
            there_since = linkable(community).get(step.to)
            if there_since is None:
                yield f"{key}: link to unknown {step.to}"
            else:
                yield from out_of_order(f"{key}: link to {step.to}", [there_since, step.at])


def linkable(community: Community) -> dict[str, timedelta]:
    """What a ticket may name, and since when an agent could have seen it."""
    there: dict[str, timedelta] = {}
    for question in community.questions:
        there[f"question {question.key}"] = question.at
        there |= {f"answer {answer.key}": answer.at for answer in question.answers}
    for article in community.articles:
        published = [step.at for step in article.steps if step.kind == "approve"]
        there |= {f"article {article.key}": at for at in published[:1]}
    return there


MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@cache
def parsed(text: str) -> tuple[str, bool]:
    """A text as HTML, and whether some of it was HTML before; each mistake that is tried leaves all other texts."""
    tokens = MARKDOWN.parse(text)
    inline = (child for token in tokens for child in token.children or ())
    return MARKDOWN.renderer.render(tokens, MARKDOWN.options, {}), any(
        token.type.startswith("html") for token in chain(tokens, inline)
    )


def problems_with_texts(community: Community) -> Iterator[str]:
    for key, language, text in texts(community):
        html, has_html = parsed(text)
        readable = re.sub(r"<[^>]*>", " ", html)
        if not readable.strip():
            yield f"{key}: shows nothing"
        if re.search(r"^\|", text, re.MULTILINE) and "<table>" not in html:
            yield f"{key}: a table that is none"
        if text.count("```") % 2 or text.count("```") // 2 != html.count("<pre>"):
            yield f"{key}: a code block that is none"
        if has_html:
            yield f"{key}: HTML in the text"
        prose = re.sub(r"<pre>.*?</pre>", " ", html, flags=re.DOTALL)
        words = re.findall(r"\w+", re.sub(r"<[^>]*>", " ", prose).lower())
        heard = {name: sum(word in known for word in words) for name, known in EVERYDAY.items()}
        if len(words) > 12 and max(heard, key=lambda name: heard[name]) != language:
            yield f"{key}: does not read as {language}"


def problems_with_references(community: Community) -> Iterator[str]:
    asked = {question.key: question.at for question in community.questions}
    for question in community.questions:
        for post in (question, *question.answers):
            for text in (post, *post.comments, *post.edits):
                for name in REFERENCE.findall(text.text):
                    if name not in asked:
                        yield f"{question.key}: refers to unknown {name}"
                    elif asked[name] >= text.at:
                        yield f"{question.key}: refers to {name} before it was asked"


def problems_with_pictures(community: Community) -> Iterator[str]:
    """Every picture that is named can be drawn, and says in words what it shows; none is drawn for nothing."""
    named: set[str] = set()
    for key, _, text in texts(community):
        for words, name in re.findall(r"!\[([^\]]*)\]\(picture:([^)]*)\)", text):
            named.add(name)
            if name not in PICTURES:
                yield f"{key}: unknown picture {name}"
            if len(words) < 15:
                yield f"{key}: the picture {name} is not described"
    yield from (f"picture {name} is nowhere" for name in PICTURES.keys() - named)


def problems_with_searches(community: Community) -> Iterator[str]:
    """What was looked for is kept as it is written here, was counted, and is settled by somebody who may."""
    people = {person.key: person for person in community.people}
    questions = {question.key for question in community.questions}
    seen = set()
    for search in community.searches:
        place = f"searches, {search.words}"
        if kept_words(search.words) != search.words or search.words in seen:
            yield f"{place}: would not be kept so, or stands here twice"
        seen.add(search.words)
        if not search.empty + search.shown or search.opened + search.again > search.shown:
            yield f"{place}: more was opened than shown, or nothing was looked for"
        if bool(search.by) != bool(search.answer or search.aside) or (search.answer and search.aside):
            yield f"{place}: settled by nobody, or twice"
        if search.by and not ({"editor"} & set(people[search.by].rights) or staff(people[search.by])):
            yield f"{place}: settled by somebody who may not"
        if search.answer and search.answer not in questions:
            yield f"{place}: answered by an unknown question"


def problems_with_drafts(community: Community) -> Iterator[str]:
    people = {person.key: person for person in community.people}
    asked = {question.key: question for question in community.questions}
    for draft in community.drafts:
        key = f"draft of {draft.by}"
        yield from problems_with_actor(people, key, draft.by, draft.at)
        if draft.kind not in {"question", "answer"} or (draft.kind == "answer") is not bool(draft.on):
            yield f"{key}: a {draft.kind} on {draft.on or 'nothing'}"
        elif draft.on and (draft.on not in asked or asked[draft.on].at >= draft.at):
            yield f"{key}: on {draft.on}, which is not there"
        elif draft.on and any(answer.by == draft.by for answer in asked[draft.on].answers):
            yield f"{key}: has answered {draft.on}"


def problems_with_mentions(community: Community) -> Iterator[str]:
    people = {person.key: person for person in community.people}
    for question in community.questions:
        for post in (question, *question.answers):
            for text in (post, *post.comments, *post.edits):
                for name in MENTION.findall(text.text):
                    yield from problems_with_actor(people, f"mention in {question.key}", name, text.at)


def texts(community: Community) -> Iterator[tuple[str, str, str]]:
    for question in community.questions:
        yield question.key, question.language, f"{question.title}\n\n{question.text}"
        for post in (question, *question.answers):
            yield from ((f"{post.key}, edit", post.language, edit.text) for edit in post.edits)
            yield from ((f"{post.key}, comment", each.language, each.text) for each in post.comments)
        yield from ((answer.key, answer.language, answer.text) for answer in question.answers)
    for article in community.articles:
        yield article.key, article.language, f"{article.title}\n\n{article.text}"
        yield from ((f"{article.key}, step", article.language, step.text) for step in article.steps if step.text)
    contacts = {contact.key: contact.language for contact in community.contacts}
    for ticket in community.tickets:
        language = contacts.get(ticket.requester, "")
        yield from ((ticket.key, language, step.text) for step in ticket.steps if step.kind == "message")


def problems_with_actor(people: dict[str, Person], key: str, who: str, when: timedelta) -> Iterator[str]:
    if who not in people:
        yield f"{key}: unknown person {who}"
    elif when <= people[who].joined:
        yield f"{key}: {who} had not joined yet"


def out_of_order(what: str, moments: list[timedelta]) -> Iterator[str]:
    yield from (f"{what} out of order" for before, after in pairwise(moments) if after < before)


def twice(what: str, names: Iterator[str] | list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{what} {name} twice"
        seen.add(name)
