"""What a person types to roll config out, and what they read."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from edge.platform.database import writing
from sync.hq.cli.main import hq
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.feeds import feed
from sync.hq.ingest.batch_keeping import keep_batch
from sync.hq.stores import presence
from sync.protocol.messages import ConfigState, State
from tests.sync.hq.telling import Teller

STORES = ("ginza", "kobe", "osaka", "yokohama")


def run(folder: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(hq, [*words, "--dir", str(folder)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "hq"
    run(place, "init", "--chain", "test")
    for store in STORES:
        run(place, "stores", "add", store, *(("--group", "pilot") if store == "ginza" else ()))
    return place


def file(folder: Path, text: str = "[check_in]\nmiles = 50\n") -> str:
    path = folder.parent / "winter.toml"
    path.write_text(text)
    return str(path)


def tell(folder: Path, store: str, *stages: str, **about: str) -> None:
    teller = Teller(store=store, lane=1)
    with open_headquarters(folder) as db:
        here = feed.feed_position(db, "config", store)
        assert here
        for stage in stages:
            teller.tell(f"config.{stage}", {"version": here.version, "epoch": here.epoch, **about})
        keep_batch(db, *teller.all())


def fleet(folder: Path) -> dict[str, Any]:
    return {one["store"]: one for one in json.loads(run(folder, "fleet", "--json"))}


def test_a_dry_run_says_what_would_change_where_and_begins_nothing(folder: Path) -> None:
    said = run(folder, "rollout", "start", file(folder), "--percent", "50", "--dry-run")
    assert "roll-out 1 would begin: winter.toml to 2 stores (50 %); rows: 2 new" in said
    assert json.loads(run(folder, "rollout", "list", "--json")) == []
    run(folder, "rollout", "start", file(folder))
    said = run(folder, "rollout", "start", file(folder, "[check_in]\nmiles = 60\n"), "--group", "pilot", "--dry-run")
    assert "ginza policy: check_in.miles: 50 -> 60" in said


def test_a_roll_out_from_its_first_store_to_all(folder: Path) -> None:
    assert "roll-out 1 begun: winter.toml to 1 store" in run(folder, "push", "config", file(folder), "--percent", "25")
    (store,) = (one["store"] for one in json.loads(run(folder, "rollout", "show", "1", "--json"))["stores"])
    tell(folder, store, "received", "validated", "trial")
    assert "trial 1" in run(folder, "rollout", "show", "1")
    tell(folder, store, "received", "validated", "trial", "kept")
    assert "at 4 of 4 stores (100 %), running" in run(folder, "rollout", "advance", "1", "--percent", "100")
    assert "waiting 3, received 0, validated 0, trial 0, kept 1" in run(folder, "rollout", "show", "1")
    assert f"{store}  " in run(folder, "rollout", "show", "1", "--stores")
    assert "stopped" in run(folder, "rollout", "stop", "1")
    assert "taken back at 4 stores" in run(folder, "rollout", "undo", "1")
    assert "undone" in run(folder, "rollout", "list")


def test_what_a_store_refused_is_said_with_its_path_and_halts(folder: Path) -> None:
    run(folder, "push", "config", file(folder), "--group", "pilot")
    tell(folder, "ginza", "received", "refused", reason="expected at most 40", path="policy.check_in.miles")
    said = run(folder, "rollout", "show", "1")
    assert "1 of 1 store in group pilot (100 %), halted" in said
    assert "policy.check_in.miles  expected at most 40" in said
    said = run(folder, "rollout", "advance", "1", "--percent", "100", code=1)
    assert "roll-out 1 has halted. ginza refused: policy.check_in.miles: expected at most 40" in said
    run(folder, "rollout", "advance", "1", "--percent", "100", "--anyway")


def test_the_fleet_shows_each_stores_config_and_why_it_is_not_kept(folder: Path) -> None:
    assert fleet(folder)["kobe"]["config"] is None
    run(folder, "rollout", "start", file(folder))
    tell(folder, "ginza", "received", "validated", "trial", "kept")
    tell(folder, "osaka", "rolled_back", reason="the kiosk's page does not answer")
    run(folder, "push", "config", file(folder, "[check_in]\nmiles = 1\n"), "--store", "ginza")
    found = fleet(folder)
    assert found["ginza"]["group"] == "pilot"
    assert found["ginza"]["config"] | {"said": "", "epoch": ""} == {
        "epoch": "",
        "version": 2,
        "stage": "waiting",
        "kept": 1,
        "reason": "",
        "path": "",
        "said": "",
    }
    assert (found["osaka"]["config"]["stage"], found["kobe"]["config"]["stage"]) == ("rolled_back", "waiting")
    said = run(folder, "fleet")
    assert "2 waiting (1 kept)" in said
    assert "osaka: config 1 rolled back: the kiosk's page does not answer" in said


def test_a_store_that_could_not_try_it_is_sent_it_again_as_a_new_version(folder: Path) -> None:
    path = file(folder)
    run(folder, "rollout", "start", path, "--percent", "50")
    first, second = (one["store"] for one in json.loads(run(folder, "rollout", "show", "1", "--json"))["stores"])
    tell(folder, first, "rolled_back", reason="sync was started anew during the trial")
    assert f"sent again to {first}" in run(folder, "rollout", "retry", "1")
    here = fleet(folder)
    assert (here[first]["config"]["version"], here[first]["config"]["stage"]) == (3, "waiting")
    assert here[second]["config"]["version"] == 1
    assert "no store" in run(folder, "rollout", "retry", "1")
    run(folder, "rollout", "advance", "1", "--percent", "100")
    assert "1 the same" in run(folder, "push", "config", path, "--store", first)
    assert fleet(folder)[first]["config"]["version"] == 3
    run(folder, "push", "config", path, "--store", first, "--again")
    assert fleet(folder)[first]["config"]["version"] == 5
    assert "goes with config" in run(folder, "push", "stock", path, "--store", first, "--again", code=1)


def test_a_birth_tells_the_stage_before_its_fact_comes_through_a_backlog(folder: Path) -> None:
    run(folder, "rollout", "start", file(folder))
    with open_headquarters(folder) as db:
        here = feed.feed_position(db, "config", "ginza")
        assert here
        said = ConfigState(epoch=here.epoch, version=here.version, stage="kept")
        birth = State(store="ginza", state="birth", boot=1, epoch="e1", box="b1", config=said, disk="short")
        with writing(db):
            presence.note_presence(db, birth, "2026-11-22T00:00:00.000Z")
    found = fleet(folder)["ginza"]["config"]
    assert (found["stage"], found["kept"]) == ("kept", 1)
    assert "ginza: its card is nearly full" in run(folder, "fleet")


def test_stores_are_put_into_a_group_and_out_of_it(folder: Path) -> None:
    assert "in group `west`: kobe, osaka" in run(folder, "stores", "group", "kobe", "osaka", "west")
    assert "kobe" in run(folder, "stores", "list", "--group", "west")
    assert "ginza" not in run(folder, "stores", "list", "--group", "west")
    run(folder, "stores", "group", "kobe", "-")
    assert "kobe" not in run(folder, "stores", "list", "--group", "west")
    assert "not enrolled" in run(folder, "stores", "group", "nagoya", "west", code=1)
    assert "group `West`: expected small letters" in run(folder, "stores", "group", "kobe", "West", code=1)


def test_a_store_enrolled_anew_stays_in_its_group(folder: Path) -> None:
    run(folder, "stores", "revoke", "ginza")
    run(folder, "stores", "add", "ginza")
    assert "ginza" in run(folder, "stores", "list", "--group", "pilot")


BAD = [
    ("[check_in]\nmiles = -1\n", "line 2, column 1: check_in.miles: expected `int` >= 0"),
    ("[check_in]\nmiles = 1\nmlies = 2\n", "line 3, column 1: `check_in.mlies` is no field HQ knows; there are on, "),
    ("[chekin]\nmiles = 1\n", "line 1, column 1: `chekin` is no field HQ knows"),
    ("[policy.kiosk]\n\nquiet_s = 'x'\n", "line 3, column 1: kiosk.quiet_s: expected `int`, got `str`"),
    ("[policy]\n[kiosk]\nquiet_s = 60\n", "line 2, column 1: `kiosk` is beside the tables"),
    ("policy = 3\n", "line 1, column 1: policy: expected a row"),
    ("# nothing\n", "nothing is in it"),
]


@pytest.mark.parametrize(("text", "told"), BAD)
def test_a_mistake_in_a_config_is_told_with_its_place_and_nothing_goes_out(folder: Path, text: str, told: str) -> None:
    path = file(folder, text)
    for words in (["rollout", "start", path], ["push", "config", path, "--store", "ginza"]):
        assert told in run(folder, *words, code=1)
    assert json.loads(run(folder, "rollout", "list", "--json")) == []
    assert fleet(folder)["ginza"]["config"] is None


def test_what_is_not_there_or_makes_no_sense_is_said_plainly(folder: Path) -> None:
    config = file(folder)
    assert "there is no roll-out 7" in run(folder, "rollout", "show", "7", code=1)
    assert "no store is in group `north`" in run(folder, "rollout", "start", config, "--group", "north", code=1)
    assert "go with config" in run(folder, "push", "stock", config, "--percent", "10", code=1)
    assert "not with --store" in run(folder, "push", "config", config, "--percent", "1", "--store", "kobe", code=1)
    assert "`noren hq rollout start` sends config to many" in run(folder, "push", "config", config, code=1)
    assert "no such file" in run(folder, "rollout", "start", "nowhere.toml", code=1)
