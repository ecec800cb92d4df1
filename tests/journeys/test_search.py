"""A product goes from a file at HQ into the index of words: a shopper who types its reading finds it, and comes to its page."""

import re
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from click.testing import CliRunner

from edge.demo.stack import DemoStack
from sync.hq.cli.main import hq
from tests.processes import town as towns

HEAD = (
    "gtin,style,name.ja,name.en,reading,category,colour.code,colour.name.ja,"
    "colour.name.en,colour.hex,size,size_order,price,picture"
)
HAT = "4901234567894,77-0001,麦藁帽子,Straw hat,むぎわらぼうし,hats,01,藍,Indigo,#203050,M,0,5500,picture/none"


def push(town: DemoStack, file: Path, *lines: str) -> None:
    file.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    result = CliRunner().invoke(hq, ["push", "catalogue", str(file), "--dir", str(town.hq)])
    assert result.exit_code == 0, result.output


def page(town: DemoStack, address: str) -> str:
    with urlopen(town.url(address)) as answer:
        return str(answer.read().decode())


def found(town: DemoStack, asked: str) -> list[str]:
    """The addresses of the products that the kiosk finds."""
    return re.findall(r'class="card hit" data-go="([^"]+)"', page(town, f"/kiosk/k1/search?q={quote(asked)}"))


def test_what_hq_pushes_is_found_by_its_reading_and_under_its_new_name(tmp_path: Path) -> None:
    with towns.a_town(tmp_path / "town") as town:
        towns.eventually(lambda: "準備中" not in page(town, "/kiosk/k1/search?q=x"), "the sample catalogue is indexed")
        assert found(town, "むぎわら") == []
        assert found(town, "あずまぶくろ"), "the sample chain's readings"
        push(town, tmp_path / "goods.csv", HAT)
        (hat,) = towns.eventually(lambda: found(town, "むぎわら ぼうし"), "the hat is found")
        assert found(town, "77-0001") == found(town, "藍 帽子") == [hat]
        assert "麦藁帽子" in page(town, hat)
        push(town, tmp_path / "goods.csv", HAT.replace("麦藁帽子", "夏帽子").replace("むぎわら", "なつ"))
        towns.eventually(lambda: found(town, "夏帽子") == [hat], "its new name is found")
        assert found(town, "麦藁") == []
