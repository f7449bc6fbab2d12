"""Links that prove something: signed for one purpose, for a limited time."""

from datetime import timedelta
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer


class Signer:
    """Makes and reads tokens; one purpose's token is worth nothing for another."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def sign(self, purpose: str, payload: Any) -> str:
        """A token that carries the payload, readable to all, changeable by none."""
        return self._serializer(purpose).dumps(payload)

    def read(self, purpose: str, token: str, lifetime: timedelta) -> Any | None:
        """The payload, or None for a token that is false, too old, or for something else."""
        if len(token) > 1000:
            return None
        try:
            return self._serializer(purpose).loads(token, max_age=int(lifetime.total_seconds()))
        except BadData:
            return None

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret_key, salt=f"sportello.{purpose}")
