"""How a document for programs is sent: everybody's alike, to be asked for again, and not sent twice."""

import hashlib
from datetime import datetime

from flask import Response, request

#: Anybody on the way may keep it, and must ask whether it still holds: what was hidden may not live on in a cache.
ASK_AGAIN = "public, no-cache"


def respond(body: str, content_type: str, changed_at: datetime | None = None) -> Response:
    """The document, or 304 to who has it already."""
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = ASK_AGAIN
    # Weak: a compressed copy says the same with other bytes.
    response.set_etag(hashlib.blake2b(body.encode(), digest_size=12).hexdigest(), weak=True)
    if changed_at is not None:
        response.last_modified = changed_at
    response.make_conditional(request)
    return response
