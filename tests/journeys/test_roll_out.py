"""A person at HQ rolls config out to a shop that is open: it is kept, or it halts there and is taken back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from edge.demo.stack import DemoStack
from sync.hq.cli.main import hq
from tests.processes import town as towns


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStack]:
    with towns.a_town(tmp_path_factory.mktemp("town")) as one:
        run(one, "stores", "group", "ginza", "pilot")
        yield one


def run(town: DemoStack, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(hq, [*words, "--dir", str(town.hq)])
    assert result.exit_code == code, result.output
    return result.output


def stands(town: DemoStack, number: int) -> Any:
    return json.loads(run(town, "rollout", "show", str(number), "--json"))


def ginza(town: DemoStack, number: int, stage: str) -> dict[str, Any]:
    """The pilot store in a roll-out, once it has come to a stage."""

    def there() -> dict[str, Any]:
        return next((one for one in stands(town, number)["stores"] if one["stage"] == stage), {})

    found = towns.eventually(there, f"roll-out {number}: {stage}")
    assert found["store"] == "ginza"
    return found


def test_a_roll_out_reaches_the_pilot_first_and_goes_on_when_it_is_kept_there(town: DemoStack, tmp_path: Path) -> None:
    file = tmp_path / "winter.toml"
    file.write_text("[check_in]\nmiles = 77\n")
    run(town, "rollout", "start", str(file), "--group", "pilot")
    version = ginza(town, 1, "kept")["version"]
    assert towns.lives_with(town) == version
    run(town, "rollout", "start", str(file))
    here = {one["store"]: one["config"] for one in json.loads(run(town, "fleet", "--json"))}
    assert (here["ginza"]["stage"], here["ginza"]["kept"], here["ginza"]["version"]) == ("kept", version, version)
    assert stands(town, 2)["stages"] | {"kept": 0} == {**dict.fromkeys(stands(town, 2)["stages"], 0), "waiting": 2}


def test_what_a_store_refuses_halts_the_roll_out_and_is_taken_back(town: DemoStack, tmp_path: Path) -> None:
    good = towns.lives_with(town)
    file = tmp_path / "scanner.toml"
    file.write_text(
        '[[box.stations]]\nid = "k1"\nrole = "kiosk"\nname = { ja = "キオスク" }\n'
        '[[box.devices]]\nid = "s"\nkind = "serial"\nstation = "k1"\npath = "/dev/serial/by-id/nothing"\nbaud = 9600\n'
    )
    run(town, "rollout", "start", str(file), "--group", "pilot")
    refused = ginza(town, 3, "refused")
    assert refused["path"] == "box.devices[0].path"
    said = run(town, "rollout", "advance", "3", "--percent", "100", code=1)
    assert "has halted. ginza refused: box.devices[0].path: " in said
    assert f"ginza: config {refused['version']} refused: box.devices[0].path" in run(town, "fleet")
    assert towns.lives_with(town) == good
    run(town, "rollout", "undo", "3")
    assert ginza(town, 3, "kept")["undone"]
    assert towns.lives_with(town) > refused["version"]
