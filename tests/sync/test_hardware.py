"""The network card's address is that of a real card, whatever else the machine calls a network."""

from pathlib import Path

from sync.hardware import mac_address


def test_the_first_real_card_with_an_address_counts(tmp_path: Path) -> None:
    for name, real, address in (
        ("docker0", False, "02:42:00:00:00:01"),
        ("eth0", True, None),
        ("eth1", True, "00:00:00:00:00:00"),
        ("wlan0", True, "dc:a6:32:01:02:03"),
    ):
        (tmp_path / name).mkdir()
        if real:
            (tmp_path / name / "device").mkdir()
        if address:
            (tmp_path / name / "address").write_text(f"{address}\n")
    assert mac_address(tmp_path) == "dc:a6:32:01:02:03"


def test_a_machine_without_a_card_has_none(tmp_path: Path) -> None:
    assert mac_address(tmp_path) == ""
