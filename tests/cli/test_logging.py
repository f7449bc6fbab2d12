"""How the log looks, as the settings want it."""

import json
import logging

from forum.base.logs import JsonLines, TextLines


def test_a_line_for_programs_is_one_json_object() -> None:
    try:
        raise ValueError("no\nway")
    except ValueError as error:
        trace = (type(error), error, error.__traceback__)
    record = logging.LogRecord("forum.x", logging.ERROR, "x.py", 1, "failed for %s\nagain", ("Lucia è qui",), trace)
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["level"], told["name"], told["message"]) == ("ERROR", "forum.x", "failed for Lucia è qui\nagain")
    assert "ValueError" in told["trace"]
    assert told["at"].endswith("+00:00")


def test_nobody_can_write_a_line_of_their_own_into_the_log() -> None:
    record = logging.LogRecord(
        "forum.x", logging.WARNING, "x.py", 1, "busy for %s", ("/a\r\nERROR \x1b[2J\u2028b",), None
    )
    line = TextLines("%(levelname)s %(message)s").format(record)
    assert line == "WARNING busy for /a\\u000d\\u000aERROR \\u001b[2J\\u2028b"
