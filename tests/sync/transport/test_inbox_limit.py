"""Who brings more than there is room for waits, and in the end is sent away."""

import threading

from sync.transport.inbox_limit import InboxLimit


def test_who_brings_too_much_waits_until_room_is_given_back() -> None:
    room, had = InboxLimit(10), threading.Event()
    assert room.take(8, 0)
    assert not room.take(3, 0.01)
    waiting = threading.Thread(target=lambda: room.take(3, 60) and had.set())
    waiting.start()
    room.give(8)
    waiting.join()
    assert had.is_set()


def test_what_is_too_big_for_all_the_room_gets_it_once_it_is_free() -> None:
    room = InboxLimit(10)
    assert room.take(11, 0)
    assert not room.take(1, 0.01)
    room.give(11)
    assert room.take(1, 0)
