"""A camera's codes become scans once each, and what keeps it from seeing is reported."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.config.toml_schema import BadConfig
from firmware_bridge.camera.camera import crop_region
from tests.firmware_bridge.pictures import desk, picture, showing, video
from tests.firmware_bridge.rig import Rig, noren, until

JAN, OTHER = "4901234567894", "4912345678904"


def rig_with(folder: Path, source: str, **keys: Any) -> Rig:
    lines = "\n".join(f"{key} = {value}" for key, value in keys.items())
    return Rig(folder, f'[[devices]]\nid = "eye"\nkind = "camera"\nstation = "kiosk-1"\nsource = "{source}"\n{lines}\n')


def ended(rig: Rig) -> None:
    until(lambda: rig.device().get("detail") == "ended", "the end of the film")


def test_a_films_codes_become_scans_in_their_order(tmp_path: Path) -> None:
    video(tmp_path / "film.avi", [(1, desk()), (3, showing(JAN)), (3, showing(OTHER, at=(700, 400)))])
    rig = rig_with(tmp_path, "film.avi", hold_s=60)
    with rig.bridge():
        ended(rig)
    assert rig.scanned() == [JAN.encode(), OTHER.encode()]
    row = rig.ask("select symbology, aim, device, station from scans")[0]
    assert row == {"symbology": "ean13", "aim": "]E0", "device": "eye", "station": "kiosk-1"}
    assert rig.told() == [("device.lost", "ended")]


def test_each_item_in_one_hand_becomes_a_scan(tmp_path: Path) -> None:
    items = ["4901234567894", "4912345678904", "4902102072618", "4987084410030"]
    scenes = [(1.0, desk())]
    for text in items:
        # long enough for a machine that has other work: what a second shows is tested in test_pipeline.py, with a clock of its own
        scenes += [(0.2, showing(text, at=(200 + n % 2 * 12, 200))) for n in range(30)] + [(0.5, desk())]
    video(tmp_path / "film.avi", scenes)
    rig = rig_with(tmp_path, "film.avi")
    with rig.bridge():
        ended(rig)
    assert rig.scanned() == [text.encode() for text in items]


def test_only_the_region_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    picture(tmp_path / "pictures" / "two.png", showing(OTHER, JAN, at=(450, 10)))
    rig = rig_with(tmp_path, "pictures", region=[0.0, 0.4, 1.0, 1.0])
    with rig.bridge():
        ended(rig)
    assert rig.scanned() == [JAN.encode()]


def test_a_picture_put_into_the_folder_later_is_shown_too_and_a_broken_one_disturbs_nothing(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "broken.png").write_bytes(b"no picture")
    rig = rig_with(tmp_path, "pictures")
    with rig.bridge():
        ended(rig)
        picture(tmp_path / "pictures" / "later.png", showing("ABC-123", kind="Code128"))
        until(rig.scanned, "the scan")
        ended(rig)
    assert rig.scanned() == [b"ABC-123"]


def test_a_folder_that_repeats_shows_its_pictures_again(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    for name, gray in (("a.png", showing(JAN)), ("b.png", showing(OTHER)), ("c.png", desk())):
        picture(tmp_path / "pictures" / name, gray)
    rig = rig_with(tmp_path, "pictures", repeat="true", hold_s=1.0)
    with rig.bridge():
        until(lambda: all(rig.scanned().count(text.encode()) > 1 for text in (JAN, OTHER)), "two rounds")
    assert set(rig.scanned()) == {JAN.encode(), OTHER.encode()}


def test_a_camera_that_is_not_there_is_told_once_and_waited_for(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, "film.avi")
    with rig.bridge():
        until(lambda: rig.device().get("detail") == "not_found", "the loss")
        made = video(tmp_path / "made.avi", [(2.0, showing(JAN))])
        made.rename(tmp_path / "film.avi")
        ended(rig)
    assert rig.scanned() == [JAN.encode()]
    assert rig.told() == [("device.lost", "not_found"), ("device.back", ""), ("device.lost", "ended")]


def test_a_camera_in_the_dark_is_told_once_it_lasts_and_once_it_is_over(tmp_path: Path) -> None:
    video(tmp_path / "film.avi", [(13.0, np.full((720, 1280), 2, np.uint8)), (3.0, showing(JAN))])
    rig = rig_with(tmp_path, "film.avi")
    with rig.bridge():
        ended(rig)
    assert rig.told()[:2] == [("device.lost", "black"), ("device.back", "")]
    assert rig.scanned() == [JAN.encode()]


def test_what_is_no_film_is_told_as_the_wrong_kind(tmp_path: Path) -> None:
    (tmp_path / "film.avi").write_text("no film")
    rig = rig_with(tmp_path, "film.avi")
    with rig.bridge():
        until(lambda: rig.device().get("detail") == "wrong_kind", "the wrong kind")


def begins(file: Path) -> bytes:
    """The first three bytes; none if there is no file, or it is gone."""
    try:
        return file.read_bytes()[:3]
    except FileNotFoundError:
        return b""


def test_the_installer_sees_a_preview_while_looking_and_nobody_else_afterwards(tmp_path: Path) -> None:
    video(tmp_path / "film.avi", [(2.0, showing(JAN))])
    rig = rig_with(tmp_path, "film.avi", repeat="true")
    jpg, want = rig.data / "preview" / "eye.jpg", rig.data / "preview" / "eye.want"
    with rig.bridge():
        until(rig.scanned, "the camera to work")
        assert not jpg.exists()
        want.touch()
        assert until(lambda: begins(jpg), "the preview") == b"\xff\xd8\xff"
        until(lambda: not jpg.exists(), "the preview to go")
        want.touch()
        until(jpg.exists, "the preview")
    assert not jpg.exists()


def test_the_decoders_end_with_the_bridge(tmp_path: Path) -> None:
    video(tmp_path / "film.avi", [(2.0, showing(JAN))])
    rig = rig_with(tmp_path, "film.avi", repeat="true")
    with rig.bridge() as bridge:
        until(rig.scanned, "the camera to work")
        children = Path(f"/proc/{bridge.pid}/task").glob("*/children")
        pids = [pid for child in children for pid in child.read_text().split()]
        assert len(pids) == 1
        bridge.kill()
        bridge.wait()
        until(lambda: has_ended(pids[0]), "the decoder to end")


def has_ended(pid: str) -> bool:
    """Gone, or only waiting to be reaped, which process 1 of a container may never do."""
    status = Path(f"/proc/{pid}/status")
    try:
        return "\nState:\tZ" in status.read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (
            {"symbologies": '["ean13", "ean14"]'},
            r"symbologies\[1\]: expected one of .*; got `ean14`: did you mean `ean13`\?",
        ),
        ({"region": "[0.5, 0.0, 0.5, 1.0]"}, r"devices\[0\].region: expected left < right"),
    ],
)
def test_a_wrong_setting_is_said_before_anything_starts(
    tmp_path: Path, keys: dict[str, str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    rig = rig_with(tmp_path, "film.avi", **keys)
    with noren("run", "bridge", "--config", str(rig.toml)) as process:
        assert process.wait(60) == 78
    with pytest.raises(BadConfig, match=said):
        raise BadConfig(capfd.readouterr().err)


def test_a_region_is_cut_by_shares() -> None:
    gray = desk()
    assert crop_region(gray, None) is gray
    assert crop_region(gray, (0.25, 0.5, 0.75, 1.0)).shape == (360, 640)


def test_an_unplugged_lens_says_so(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    picture(tmp_path / "pictures" / "a.png", showing(JAN))
    rig = rig_with(tmp_path, "pictures", repeat="true")
    with rig.bridge():
        until(rig.scanned, "the camera to work")
        (tmp_path / "pictures").rename(tmp_path / "gone")
        until(lambda: rig.told() == [("device.lost", "unplugged")], "the loss")
        (tmp_path / "gone").rename(tmp_path / "pictures")
        until(lambda: rig.told()[1:] == [("device.back", "")], "the return")


def test_what_a_camera_saw_before_the_bridge_was_killed_is_gone_when_it_comes_back(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, "film.avi")
    folder = rig.data / "preview"
    folder.mkdir()
    left = [folder / name for name in ("eye.jpg", "eye.new", "taken-down.jpg")]
    for file in left:
        file.write_bytes(b"people")
    with rig.bridge():
        until(lambda: rig.device().get("detail") == "not_found", "the loss")
    assert not any(file.exists() for file in left)
