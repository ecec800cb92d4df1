"""Orders to a virtual scanner over its control socket: read this, fail like that."""

import base64
import socket
from typing import Any

import msgspec

ANSWER_TIMEOUT_S = 5.0  # seconds for the scanner's answer; a long code at 115,200 baud takes half of one


class ScannerAway(Exception):
    """The virtual scanner does not answer, or refuses."""


def send_command(control: str, **words: Any) -> None:
    """Send one order and wait for its answer. Raises ScannerAway."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_TIMEOUT_S)
            line.connect(control)
            line.sendall(msgspec.json.encode(words) + b"\n")
            answer = msgspec.json.decode(line.makefile("rb").readline(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise ScannerAway(str(error)) from None
    if "error" in answer:
        raise ScannerAway(str(answer["error"]))


def send(control: str, data: bytes) -> None:
    """Let the scanner read a code; it adds its own end of line. Raises ScannerAway."""
    send_command(control, send=base64.b64encode(data).decode())
