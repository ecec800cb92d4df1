"""Which screen is woken by what."""

import socket

import pytest

from ui.process_state.screens import (
    BOX_SCREEN_ID,
    END_EVENT,
    MAX_STREAMS,
    MAX_STREAMS_PER_DEVICE,
    Screens,
    StreamEvent,
    TooManyStreams,
)


def test_an_outcome_wakes_only_its_own_stations_screens() -> None:
    screens = Screens()
    here, there = screens.open("a", "kiosk-1"), screens.open("b", "kiosk-2")
    screens.outcome("kiosk-1", 7)
    assert here.next(1) == StreamEvent("outcome", 7)
    assert there.next(0.01) is None


def test_a_change_of_orders_wakes_every_screen() -> None:
    screens = Screens()
    streams = [screens.open(str(n), "kiosk-1") for n in range(3)]
    screens.changed("orders")
    assert [stream.next(1) for stream in streams] == [StreamEvent("orders")] * 3


def test_a_new_stream_of_the_same_screen_ends_the_old_one() -> None:
    screens = Screens()
    old, new = screens.open("a", "kiosk-1"), screens.open("a", "kiosk-1")
    assert old.next(1) is END_EVENT
    screens.close(old)
    assert screens.count() == 1
    screens.outcome("kiosk-1", 1)
    assert new.next(1) == StreamEvent("outcome", 1)


def test_two_screens_of_one_station_live_beside_each_other() -> None:
    screens = Screens()
    first, second = screens.open("a", "kiosk-1"), screens.open("b", "kiosk-1")
    screens.outcome("kiosk-1", 3)
    assert first.next(1) == second.next(1) == StreamEvent("outcome", 3)


def test_the_forty_first_screen_is_told_to_come_again() -> None:
    screens = Screens()
    streams = [screens.open(str(n), "board") for n in range(MAX_STREAMS)]
    with pytest.raises(TooManyStreams):
        screens.open("one more", "board")
    screens.open("0", "board")  # a screen that is known may always come back
    screens.close(streams[1])
    screens.open("one more", "board")


def test_one_device_cannot_take_every_place_and_the_box_itself_may() -> None:
    screens = Screens()
    held = [screens.open(str(n), "board", "dev-1") for n in range(MAX_STREAMS_PER_DEVICE)]
    with pytest.raises(TooManyStreams):
        screens.open("one more", "board", "dev-1")
    screens.open("0", "board", "dev-1")  # a screen that is known may always come back
    screens.open("another's", "board", "dev-2")
    screens.close(held[1])
    screens.open("one more", "board", "dev-1")
    for n in range(MAX_STREAMS - MAX_STREAMS_PER_DEVICE - 1):
        screens.open(f"box {n}", "board", BOX_SCREEN_ID)


def test_the_end_ends_every_stream_and_opens_none() -> None:
    screens = Screens()
    stream = screens.open("a", "board")
    screens.end()
    assert stream.next(1) is END_EVENT
    with pytest.raises(TooManyStreams):
        screens.open("b", "board")


def test_a_stream_whose_page_has_just_gone_is_counted_no_more() -> None:
    screens = Screens()
    lines = [socket.socketpair() for _ in range(2)]
    for at, (ours, _) in enumerate(lines):
        screens.open(str(at), "counter-1", line=ours)
    assert screens.by_station() == {"counter-1": 2}
    lines[0][1].close()
    assert screens.by_station() == {"counter-1": 1}
    lines[1][0].close()  # as the server does at the end of an answer
    assert screens.by_station() == {"counter-1": 0}
    lines[0][0].close()
    lines[1][1].close()
