"""What may stand in an address: ids that every database can hold."""

from werkzeug.routing import BaseConverter, ValidationError

#: The widest integer that both databases store.
LARGEST_ID = 2**63 - 1


class IdConverter(BaseConverter):
    """A positive ASCII number without leading zeros; anything else is an address we do not have."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > LARGEST_ID:
            raise ValidationError
        return number

    def to_url(self, value: int) -> str:
        return str(value)
