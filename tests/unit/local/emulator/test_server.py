import socket

import pytest

from local.emulator import free_port, held_port


def test_a_free_port_can_be_listened_on() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[0] == "127.0.0.1"


def test_a_held_port_can_be_listened_on_by_whom_it_is_held_for() -> None:
    with held_port() as port, socket.create_server(("127.0.0.1", port)) as server:  # which sets SO_REUSEADDR
        assert server.getsockname()[1] == port


def test_a_held_port_is_in_use_for_everybody_else() -> None:
    with held_port() as port, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
