"""E-mail addresses as they are kept and compared: lower case, domain in IDNA."""

import email_validator
from email_validator import EmailNotValidError, validate_email

from forum.accounts.models import EMAIL_LENGTH
from forum.base.errors import Invalid
from forum.base.words import say

#: Names of the special-use registry that nobody ever gets mail at; `.local` and `.test` are an intranet's business.
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = ["arpa", "invalid", "onion"]


def normalise_email(text: str) -> str:
    """The one form of an address; raise Invalid, about the field `email`, for what cannot be one.

    Nobody is asked whether the address exists: the mail with the link finds out. Names that only an
    intranet knows (`.local`, `.test`) are taken, a domain without a dot is a slip of the pen.
    """
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, globally_deliverable=False, strict=True
        )
    except EmailNotValidError as wrong:
        raise _invalid() from wrong
    address = (found.ascii_email or "").lower()
    if "." not in address.partition("@")[2] or not 3 <= len(address) <= EMAIL_LENGTH:
        raise _invalid()
    return address


def _invalid() -> Invalid:
    return Invalid({"email": say("This is not an e-mail address. It should look like anna@example.it.")})
