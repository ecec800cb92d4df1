"""The streams over HTTP: what they say, what they resume, and how they end."""

import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.ui.shop_floor import FULL_NAME, SHIRT_M, Floor, ean13, pickup_code
from ui import sse
from ui.process_state.screens import MAX_STREAMS, Screens


def events(answer: TestResponse) -> Iterator[tuple[str, str, dict[str, object]]]:
    """(event, id, data) of each event of an open stream."""
    for block in answer.response:
        text = block.decode() if isinstance(block, bytes) else block
        fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
        yield fields["event"], fields.get("id", ""), json.loads(fields["data"])


def follow(client: FlaskClient, station: str = "kiosk-1", screen: str = "a", **more: str) -> TestResponse:
    return client.get(f"/live/{station}", query_string={"screen": screen, **more})


def kinds(answer: TestResponse, screens: Screens) -> list[str]:
    """All a stream sends once it is to end."""
    screens.end()
    return [kind for kind, _, _ in events(answer)]


def test_a_stream_says_at_once_that_it_lives_and_what_to_look_at(client: FlaskClient, screens: Screens) -> None:
    answer = follow(client)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert kinds(answer, screens) == ["hb", "orders", "line", "calls", "sessions", "bye"]


def test_a_heartbeat_carries_the_boxs_time_and_the_version(client: FlaskClient, screens: Screens) -> None:
    screens.version = "x-7"
    kind, number, data = next(events(follow(client)))
    assert (kind, number, data["version"]) == ("hb", "", "x-7")
    assert isinstance(data["time"], int)


def test_silence_is_filled_with_heartbeats(
    client: FlaskClient, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_S", 0.001)
    stream = events(follow(client))
    heard = [next(stream)[0] for _ in range(9)]
    assert heard[5:] == ["hb"] * 4
    screens.end()
    assert "bye" in [kind for kind, _, _ in stream]


def test_an_outcome_comes_with_its_number_and_nothing_else(client: FlaskClient, screens: Screens, floor: Floor) -> None:
    answer = follow(client)
    screens.outcome("kiosk-1", floor.scan("M12345678"))
    screens.end()
    (outcome,) = [event for event in events(answer) if event[0] == "outcome"]
    assert outcome == ("outcome", "1", {"seq": 1})


def test_no_stream_carries_anything_about_people(client: FlaskClient, screens: Screens, floor: Floor) -> None:
    floor.order("4821", member="m-1")
    answer = follow(client, last="0")
    for code in ("M12345678", pickup_code("4821"), ean13(SHIRT_M)):
        screens.outcome("kiosk-1", floor.scan(code))
    screens.changed("orders")
    screens.end()
    said = answer.get_data(as_text=True)
    for secret in (FULL_NAME, "サトウ", "M12345678", "m-1", "4821", SHIRT_M):
        assert secret not in said


@pytest.mark.parametrize("resume", [{"last": "0"}, {"headers": {"Last-Event-ID": "0"}}])
def test_a_page_that_comes_back_hears_what_it_missed(
    client: FlaskClient, screens: Screens, floor: Floor, resume: dict[str, object]
) -> None:
    seq = floor.scan("M12345678")
    headers = resume.get("headers")
    answer = client.get(
        "/live/kiosk-1",
        query_string={"screen": "a", **({} if headers else {"last": "0"})},
        headers=headers if isinstance(headers, dict) else None,
    )
    screens.end()
    assert ("outcome", str(seq), {"seq": seq}) in list(events(answer))


def test_a_page_that_missed_nothing_hears_no_old_outcome(client: FlaskClient, screens: Screens, floor: Floor) -> None:
    seq = floor.scan("M12345678")
    assert "outcome" not in kinds(follow(client, last=str(seq)), screens)


def test_an_ended_session_is_not_resumed(client: FlaskClient, screens: Screens, floor: Floor) -> None:
    seq = floor.scan("M12345678")
    client.post(f"/kiosk/kiosk-1/end?seq={seq}")
    assert "outcome" not in kinds(follow(client, last="0"), screens)


def test_a_stream_ends_itself_in_good_order(
    client: FlaskClient, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "STREAM_LIFETIME_S", 0.0)
    assert [kind for kind, _, _ in events(follow(client))][-1] == "bye"


def test_a_place_is_free_again_when_a_page_has_gone(client: FlaskClient, screens: Screens) -> None:
    answer = follow(client)
    assert screens.count() == 1
    answer.close()
    assert screens.count() == 0


def test_a_page_for_which_there_is_no_place_is_told_when_to_come_again(client: FlaskClient, screens: Screens) -> None:
    for number in range(MAX_STREAMS):
        screens.open(str(number), "board")
    answer = follow(client)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("station", "screen"), [("nowhere", "a"), ("kiosk-1", ""), ("kiosk-1", "a b"), ("kiosk-1", "x" * 41)]
)
def test_a_stream_is_for_a_station_there_is_and_a_page_with_a_name(
    client: FlaskClient, station: str, screen: str
) -> None:
    assert follow(client, station, screen).status_code in (400, 404)


@pytest.mark.parametrize("surface", sorted(sse.STORE_WIDE_PAGES))
def test_pages_of_the_whole_store_can_follow_it(client: FlaskClient, screens: Screens, surface: str) -> None:
    assert "orders" in kinds(follow(client, surface), screens)
