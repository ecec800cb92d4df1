"""A page of a stranger's, whose name their DNS points at the box once it is open: in a real browser it gets nothing."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, sync_playwright

from edge.platform.database import rows
from tests.browser.town import Town
from tests.processes.chromium import CHROMIUM, FLAGS, patient

TRAP = b"<!doctype html><title>a stranger's page</title>"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
    len(TRAP),
    TRAP,
)

# What the stranger's page tries, and all it may read of the answers.
TRIES = """async () => {
  const ask = async (path, init) => {
    const reply = await fetch(path, init);
    if (reply.headers.get('Content-Type')?.startsWith('text/event-stream')) return [path, reply.status, 'kiosk'];
    return [path, reply.status, await reply.text()];
  };
  const json = (data) => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(data) });
  return [
    await ask('/kiosk/kiosk-1/call', { method: 'POST' }),
    await ask('/kiosk/kiosk-1/scan', json({ code: 'M12345678' })),
    await ask('/kiosk/kiosk-1/end', { method: 'POST' }),
    await ask('/staff/counter-1/login', { method: 'POST', body: new URLSearchParams({ staff: 's-1', pin: '0000' }) }),
    await ask('/live/kiosk-1?screen=a&last=0'),
    await ask('/staff/counter-1/login'),
    await ask('/status'),
  ];
}"""


@dataclass
class Rebound:
    """What an address that the stranger's DNS gives leads to: first their own server, then, byte for byte, the box."""

    box: int
    flipped: bool = False
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def serve(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line:
            if not self.flipped:
                line.recv(65536)
                line.sendall(PAGE)
                return
            with socket.create_connection(("127.0.0.1", self.box)) as box:
                back = threading.Thread(target=_pass, args=(box, line), daemon=True)
                back.start()
                _pass(line, box)
                back.join()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def _pass(giver: socket.socket, taker: socket.socket) -> None:
    try:
        while part := giver.recv(65536):
            taker.sendall(part)
        taker.shutdown(socket.SHUT_WR)
    except OSError:
        taker.close()


@pytest.fixture(scope="module")
def misled() -> Iterator[Browser]:
    """A browser on the box itself, with the stranger's DNS."""
    with sync_playwright() as playwright:
        rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, rules])
        yield found
        found.close()


def test_a_strangers_page_gets_nothing_of_the_box_by_pointing_its_own_name_at_it(misled: Browser, town: Town) -> None:
    rebound = Rebound(town.web.port)
    threading.Thread(target=rebound.serve, daemon=True).start()
    context = patient(misled)
    page = context.new_page()
    page.goto(f"http://evil.example:{rebound.listener.getsockname()[1]}/")
    assert page.title() == "a stranger's page"
    rebound.flipped = True
    answers = page.evaluate(TRIES)
    context.close()
    rebound.close()
    assert [(path, status) for path, status, _ in answers if status != 421] == []
    assert not any("s-1" in body or "kiosk" in body for _, _, body in answers)
    for table in ("staff_calls", "page_scans", "pin_locks"):
        assert rows(town.floor.db, f"select * from {table}") == []
