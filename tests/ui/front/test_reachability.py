"""The question the web process asks itself on the users' way."""

import socket
import threading
from collections.abc import Iterator

import pytest

from ui.front.reachability import PROBE_INTERVAL_S, PROBE_TIMEOUT_S, Reachability


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
def asking(listener: socket.socket) -> Iterator[Reachability]:
    made = Reachability("127.0.0.1", listener.getsockname()[1])
    yield made
    made.end()


def answered(listener: socket.socket, text: bytes) -> threading.Thread:
    """Accepts one request, and answers it with this."""

    def answer() -> None:
        line, _ = listener.accept()
        with line:
            line.recv(1000)
            line.sendall(text)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_pages_that_take_a_question_and_do_not_answer_are_silent(asking: Reachability) -> None:
    assert [asking.seconds_unanswered(at) for at in (100.0, 110.0, 170.0)] == [0.0, 10.0, 70.0]


def test_an_answer_ends_the_silence(asking: Reachability, listener: socket.socket) -> None:
    asking.seconds_unanswered(100.0)
    answered(listener, b"HTTP/1.1 503 Service Unavailable\r\n\r\n").join()
    assert asking.seconds_unanswered(103.0) == 0.0


def test_what_is_no_answer_does_not_count(asking: Reachability, listener: socket.socket) -> None:
    asking.seconds_unanswered(100.0)
    answered(listener, b"").join()
    assert asking.seconds_unanswered(103.0) == 3.0


def test_a_question_that_is_not_answered_is_asked_again(asking: Reachability, listener: socket.socket) -> None:
    asking.seconds_unanswered(100.0)
    asking.seconds_unanswered(100.0 + PROBE_TIMEOUT_S)  # given up
    asking.seconds_unanswered(100.0 + PROBE_TIMEOUT_S + PROBE_INTERVAL_S)  # asked again
    listener.accept()[0].close()
    answered(listener, b"HTTP/1.1 200 OK\r\n\r\n").join()
    assert asking.seconds_unanswered(130.0) == 0.0


def test_nobody_there_is_silence_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    asking = Reachability("127.0.0.1", port)
    assert [asking.seconds_unanswered(at) for at in (100.0, 106.0)] == [0.0, 6.0]
