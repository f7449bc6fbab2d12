"""What comes in: JSON that is read with suspicion, and checked by the shapes that the reference shows."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from forum.api.models import KEY_LENGTH
from forum.base.errors import Invalid
from forum.base.texts import NOT_TEXT, Unclean
from forum.base.words import Sentence, say

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

#: The names of unknown fields are sent back; nobody needs to read more of one.
SHOWN_NAME = 60

KEY_HEADER = "Idempotency-Key"

#: What the checks of a shape call wrong -> what we say.
SENTENCES = {
    "missing": say("This is needed."),
    "extra_forbidden": say("There is no field of this name here."),
    "string_type": say("This has to be text."),
    "string_unicode": NOT_TEXT,
    "int_type": say("This has to be a whole number."),
    "int_parsing": say("This has to be a whole number."),
    "int_from_float": say("This has to be a whole number."),
    "int_parsing_size": say("This number is too large."),
    "bool_type": say("This has to be true or false."),
    "list_type": say("This has to be a list."),
    "model_type": say("This has to be a JSON object."),
}


def read_body(shape: "type[BaseModel]", *, may_be_missing: bool = False) -> "BaseModel":
    """The body of this request; raises a 4xx for what is not JSON, Invalid for what does not fit the shape."""
    raw = request.get_data()
    if not raw and may_be_missing:
        return _checked(shape, {})
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    return _checked(shape, _parsed(raw))


def read_query(shape: "type[BaseModel]") -> "BaseModel":
    """What the address asks for; a name given twice is refused as if it were unknown."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Invalid({shown_name((name,)): say("Give this once.")})
    return _checked(shape, request.args.to_dict(), strict=False)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as wrong:
        raise BadRequest from wrong


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    "".join(found).encode()  # half a letter cannot be written, and so raises ValueError here
    return found


def _checked(shape: "type[BaseModel]", sent: Any, *, strict: bool = True) -> "BaseModel":
    from pydantic import ValidationError

    try:
        return shape.model_validate(sent, strict=strict)
    except ValidationError as wrong:
        raise Invalid(_sentences(wrong)) from wrong


def _sentences(wrong: "ValidationError") -> dict[str, Sentence]:
    found: dict[str, Sentence] = {}
    for error in wrong.errors(include_url=False, include_input=False):
        found.setdefault(shown_name(error["loc"]), _said(error["type"], error.get("ctx", {})))
    return found


def shown_name(place: tuple[int | str, ...]) -> str:
    """The field as the caller knows it; what is in a list belongs to the list."""
    name = str(place[0]) if place else ""
    return name[:SHOWN_NAME].encode("utf-8", "replace").decode()


def _said(kind: str, context: Mapping[str, Any]) -> Sentence:
    reason = context.get("error")
    if isinstance(reason, Unclean):
        return reason.reason
    if kind in SENTENCES:
        return SENTENCES[kind]
    if kind == "literal_error":
        return say("This has to be one of: %(choices)s.", choices=str(context["expected"]).replace(" or ", ", "))
    if kind in ("greater_than_equal", "less_than_equal"):
        return say("This number is out of bounds.")
    if kind in ("string_too_long", "too_long"):
        return say("At most %(most)d fit here.", most=context["max_length"])
    return say("This cannot be taken.")


def idempotency_key() -> str:
    """The key the caller gave this request, or nothing; raises Invalid for what cannot be one."""
    key = request.headers.get(KEY_HEADER, "")
    if len(key) > KEY_LENGTH or not (key.isascii() and (key.isprintable() or not key)):
        raise Invalid({KEY_HEADER: say("A key has at most %(most)d letters, digits and signs.", most=KEY_LENGTH)})
    return key


def request_hash() -> str:
    """What makes two requests the same: where they go and every byte of what they bring."""
    parts = (request.method, request.full_path, request.get_data())
    digest = hashlib.sha256()
    for part in parts:
        plain = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(plain).to_bytes(8, "big") + plain)
    return digest.hexdigest()
