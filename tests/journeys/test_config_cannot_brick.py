"""HQ sends configs, good and bad, and whatever dies meanwhile: the shop goes on with the last one that proved itself."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from edge.demo.ports import free_port
from edge.demo.stack import DEMO_STATIONS, DemoStack
from edge.demo.subprocesses import Subprocess, noren_command
from edge.platform.database import first_row, writing
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.feeds import feed
from tests.processes import town as towns
from tests.sync.conftest import Mosquitto

NEW = "k9"  # a station that HQ adds
ENDS = ("kept", "refused", "rolled_back")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStack]:
    with towns.a_town(tmp_path_factory.mktemp("town")) as one:
        yield one


def push(town: DemoStack, **rows: Any) -> int:
    """What a careless HQ does: rows into the store's config, looked at by nobody; the version they are known by."""
    with open_headquarters(town.hq) as db:
        with writing(db):
            feed.put_rows(db, "config", "ginza", [(key, json.dumps(body)) for key, body in rows.items()])
        stand = feed.feed_position(db, "config", "ginza")
    assert stand
    return stand.version


def policy(town: DemoStack, **change: Any) -> dict[str, Any]:
    with open_headquarters(town.hq) as db:
        row = first_row(db, "select body from rows where feed = 'config' and scope = 'ginza' and key = 'policy'")
    assert row
    had: dict[str, Any] = json.loads(row[0])
    return had | change


def box(town: DemoStack, path: Path, station: str = NEW) -> dict[str, Any]:
    """The town's stations and devices, and one more whose scanner is at `path`."""
    places = [{"id": name, "role": role, "name": {"ja": ja, "en": en}} for name, role, ja, en in DEMO_STATIONS]
    devices = [_scanner(name, town.link(name)) for name, *_ in DEMO_STATIONS]
    added = {"id": station, "role": "kiosk", "name": {"ja": "新しいキオスク"}}
    return {"stations": [*places, added], "devices": [*devices, _scanner(station, path)]}


def _scanner(station: str, path: Path) -> dict[str, Any]:
    return {"id": f"scanner-{station}", "kind": "serial", "station": station, "path": str(path), "baud": 115200}


def stage(town: DemoStack, version: int) -> tuple[str, str, str]:
    """Stage, path and reason of a version's last attempt in the store; nothing before it has been received."""
    sql = "select stage, path, reason from configs where version = ? order by number desc"
    found = towns.look(town.data / "store.db", sql, (version,))
    return found[0] if found else ("", "", "")


def ends(town: DemoStack, version: int) -> tuple[str, str, str]:
    """How it ended."""
    towns.eventually(lambda: stage(town, version)[0] in ENDS, f"an end of config {version}")
    return stage(town, version)


def on_trial(town: DemoStack, version: int) -> None:
    """Wait for its trial: that of a good one may be over in a second, before a busy machine has let the test look."""
    towns.eventually(lambda: stage(town, version)[0] in ("trial", *ENDS), f"the trial of config {version}")


def page(town: DemoStack, path: str) -> tuple[int, str]:
    with closing(http.client.HTTPConnection("127.0.0.1", town.ports.web, timeout=towns.WITHIN)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()


def told(town: DemoStack, version: int) -> list[str]:
    """The stages of a version as HQ's database holds them."""
    sql = "select type, event from facts where type like 'noren.config.%' order by number"
    found = towns.look(town.hq / "hq-store.db", sql)
    return [
        kind.removeprefix("noren.config.") for kind, event in found if json.loads(event)["data"]["version"] == version
    ]


def hq_knows(town: DemoStack, version: int, *stages: str) -> None:
    towns.eventually(lambda: told(town, version) == list(stages), f"HQ knows {stages} of config {version}")


def test_a_good_policy_proves_itself_and_is_on_the_screen(town: DemoStack) -> None:
    version = push(town, policy=policy(town, brand={"mark": "凪", "name": "NAGI"}))
    assert ends(town, version) == ("kept", "", "")
    assert "NAGI" in page(town, "/kiosk/k1")[1]
    hq_knows(town, version, "received", "validated", "trial", "kept")


@pytest.mark.parametrize("victim", ["web", "sync"])
def test_a_good_config_is_kept_though_somebody_dies_over_its_trial(town: DemoStack, victim: str) -> None:
    version = push(town, policy=policy(town, brand={"mark": "凪", "name": f"NAGI {victim}"}))
    on_trial(town, version)
    town.children[victim].kill()
    town.children[victim].start()
    towns.eventually(lambda: stage(town, version)[0] == "kept", "it is kept in the end")
    towns.eventually(lambda: f"NAGI {victim}" in page(town, "/kiosk/k1")[1], "the kiosk shows it")


def test_a_policy_that_cannot_be_is_refused_with_its_path_and_the_old_one_stays(town: DemoStack) -> None:
    before = page(town, "/brand.css")
    version = push(town, policy=policy(town, brand={"colour": "#000000"}, check_in={"miles": -5}))
    assert ends(town, version) == (
        "refused",
        "policy.check_in.miles",
        "expected a whole number from 0 to 100000; got `-5`",
    )
    assert page(town, "/brand.css") == before
    push(town, policy=policy(town, check_in={"miles": 10}))


def test_a_device_that_is_not_there_is_refused_before_anything_lives_with_it(town: DemoStack) -> None:
    version = push(town, box=box(town, Path("/dev/serial/by-id/nothing")))
    assert ends(town, version)[:2] == ("refused", "box.devices[3].path")
    assert page(town, f"/kiosk/{NEW}")[0] == 404


def test_a_scanner_that_does_not_open_is_rolled_back_after_its_station_was_lived_with(town: DemoStack) -> None:
    version = push(town, box=box(town, town.config))
    on_trial(town, version)
    towns.eventually(lambda: page(town, f"/kiosk/{NEW}")[0] == 200, "the new station's page")
    assert ends(town, version) == ("rolled_back", "", f"device scanner-{NEW} does not open: wrong_kind")
    assert page(town, f"/kiosk/{NEW}")[0] == 404
    hq_knows(town, version, "received", "validated", "trial", "rolled_back")
    towns.eventually(lambda: towns.devices_work(town), "the scanners that were there work again")


@pytest.mark.parametrize("victim", ["web", "bridge", "sync"])
def test_whoever_is_killed_during_a_trial_begins_anew_with_the_last_good_config(town: DemoStack, victim: str) -> None:
    good = towns.lives_with(town)
    version = push(town, box=box(town, town.config) | {"note": f"for {victim}"})
    on_trial(town, version)
    town.children[victim].kill()
    town.children[victim].start()
    towns.eventually(lambda: told(town, version)[3:4] == ["rolled_back"], "HQ knows that nobody judged it")
    does_not_open = f"device scanner-{NEW} does not open: wrong_kind"
    towns.eventually(lambda: stage(town, version)[2] == does_not_open, "it is tried again, and judged")
    towns.eventually(town.is_ready, "the pages answer")
    assert page(town, f"/kiosk/{NEW}")[0] == 404
    assert towns.lives_with(town) == good
    towns.eventually(lambda: towns.devices_work(town), "the scanners work again")


def test_a_station_whose_scanner_opens_is_kept_and_reads(town: DemoStack) -> None:
    settings = box(town, town.link("door"))
    settings = {part: [one for one in found if "door" not in one["id"]] for part, found in settings.items()}
    version = push(town, box=settings)
    assert ends(town, version) == ("kept", "", "")
    towns.scan(town, "door", towns.card(town, "product", "Morning mug"))
    towns.eventually(lambda: [row for row in towns.outcomes(town) if row[3] == NEW], "a scan at the new station")


def test_a_broker_that_is_not_there_is_not_moved_to_and_the_line_never_falls(town: DemoStack) -> None:
    since = towns.look(town.data / "store.db", "select state, since from line")
    version = push(town, box={"broker": {"url": f"mqtt://127.0.0.1:{free_port()}"}})
    how, _, why = ends(town, version)
    assert how == "rolled_back"
    assert "cannot be reached" in why
    hq_knows(town, version, "received", "validated", "trial", "rolled_back")
    assert towns.look(town.data / "store.db", "select state, since from line") == since


@pytest.fixture
def second(town: DemoStack, tmp_path: Path) -> Iterator[Mosquitto]:
    """Another broker, and HQ at it too."""
    broker = Mosquitto(tmp_path, free_port())
    broker.start()
    words = noren_command("hq", "serve", "--dir", town.hq, "--broker", f"mqtt://127.0.0.1:{broker.port}")
    hq = Subprocess(name="second-hq", command=words, log=tmp_path / "hq.log")
    hq.start()
    yield broker
    hq.end()
    broker.kill()


def test_the_line_moves_to_a_broker_where_hq_is_and_goes_on_there(town: DemoStack, second: Mosquitto) -> None:
    version = push(town, box={"broker": {"url": f"mqtt://127.0.0.1:{second.port}"}})
    assert ends(town, version) == ("kept", "", "")
    town.children["broker"].end()
    hq_knows(town, version, "received", "validated", "trial", "kept")
    towns.scan(town, "k1", towns.card(town, "product", "Morning mug"))
    towns.eventually(lambda: [row for row in towns.outcomes(town) if row[3] == "k1"], "the scan is answered")
    towns.eventually(lambda: towns.kept(town) == towns.made(town), "HQ holds it, over the new broker")
