"""What is said before anything is started."""

import socket
from dataclasses import replace

import click
import pytest

from config import Settings
from forum.cli.serving import refuse_taken_address


def test_a_port_that_somebody_listens_on_is_refused_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        refuse_taken_address(replace(Settings(), port=port + 1 if port < 65535 else port - 1))
        taken.listen()
        with pytest.raises(click.ClickException, match=f"port {port}") as refused:
            refuse_taken_address(replace(Settings(), port=port))
    assert "\n" not in refused.value.message
    refuse_taken_address(replace(Settings(), port=port))
