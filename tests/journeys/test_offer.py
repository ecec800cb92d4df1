"""An offer goes from a file at HQ to the screen of a member's check-in; HQ learns who was given a coupon, and what came late."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from click.testing import CliRunner

from edge.demo.stack import DemoStack
from sync.hq.cli.main import hq
from tests.processes import town as towns

HEAD = "offer,title.ja,title.en,on,begins,ends,audience,among,flag,raised,quota,single_use"
SHOWN, LATE = "noren.coupon.shown", "noren.coupon.late"


def push(town: DemoStack, file: Path, *lines: str) -> str:
    """What `noren hq push offers` says of a file with these rows."""
    file.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    result = CliRunner().invoke(hq, ["push", "offers", str(file), "--dir", str(town.hq)])
    assert result.exit_code == 0, result.output
    return result.output


def moment(minutes: int) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def kept(town: DemoStack, kind: str) -> int:
    return Counter(kind for _, _, kind in towns.kept(town))[kind]


def greeting(town: DemoStack, card: str) -> str:
    """The kiosk's screen after a member card was read there."""
    before = len(towns.outcomes(town))
    towns.scan(town, "k1", card)
    seq = towns.eventually(lambda: [row[0] for row in towns.outcomes(town)[before:]], "the card is answered")[0]
    with urlopen(town.url(f"/kiosk/k1/outcome/{seq}")) as answer:
        return str(answer.read().decode())


def test_a_time_sale_reaches_a_member_and_hq_learns_of_it_once(tmp_path: Path) -> None:
    with towns.a_town(tmp_path / "town") as town:
        card, stranger = towns.card(town, "member", "App member code"), towns.card(town, "member", "another store")
        said = push(
            town,
            tmp_path / "offers.csv",
            f"sale,時間の割引,Time sale,check_in,{moment(-60)},{moment(60)},all,,time_sale,true,1,true",
            f"late,昨夜の割引,Last night,check_in,{moment(-600)},{moment(-60)},all,,,true,,false",
            f'gold,金の割引,Gold,check_in,{moment(-60)},{moment(60)},stage,"[""gold""]",,true,,false',
        )
        assert "3" in said
        towns.eventually(lambda: towns.look(town.data / "hq.db", "select 1 from offers where key = 'gold'"), "offers")
        shown = greeting(town, card)
        assert "時間の割引" in shown
        assert "昨夜" not in shown
        assert "金の" not in shown
        assert "時間の割引" in greeting(town, card)  # it is theirs still, and not given again
        assert "時間の割引" not in greeting(town, stranger)
        towns.eventually(lambda: kept(town, LATE) == 1, "HQ learns that one came too late")
        towns.eventually(lambda: towns.kept(town) == towns.made(town), "HQ holds what the store has made")
        assert (kept(town, SHOWN), kept(town, LATE)) == (1, 1)
