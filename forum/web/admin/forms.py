"""The forms of those who run the site."""

from typing import Any

from wtforms import SelectMultipleField

from forum.accounts.models import RIGHTS, STAFF_ROLES
from forum.base.words import say
from forum.web.forms import Line, PageForm

ROLE_WORDS = {
    "moderator": say("Moderator: keeps it readable"),
    "agent": say("Agent: works on tickets and sees contacts"),
    "administrator": say("Administrator: may do everything"),
}

RIGHT_WORDS = {
    "editor": say("Editor: works on the knowledge base"),
    "manager": say("Manager: sees figures"),
}

SHORT_WORDS = {
    "customer": say("Customer"),
    "moderator": say("Moderator"),
    "agent": say("Agent"),
    "administrator": say("Administrator"),
    "editor": say("Editor"),
    "manager": say("Manager"),
}


class PowersForm(PageForm):
    """Exactly these roles and rights."""

    roles = SelectMultipleField(say("Roles"), choices=sorted(STAFF_ROLES))
    rights = SelectMultipleField(say("Rights"), choices=list(RIGHTS))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.data = self.roles.data or []
        self.rights.data = self.rights.data or []


class DisableForm(PageForm):
    """Why somebody is shut out; it goes into the log."""

    why = Line(say("Why"), least=3, most=300, description=say("Written into the staff log."))
