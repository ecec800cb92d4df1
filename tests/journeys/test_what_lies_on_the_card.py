"""A stolen card says nothing: a day in a shop, and then its files are searched for every name, card and secret that was in it."""

import base64
import hashlib
import json
import random
import secrets
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from edge.crypto.data_key import data_key_from_text
from edge.demo.stack import DemoStack
from edge.key_files.data_key_file import DATA_KEY_FILE
from edge.platform.sqlite_file import connect_with_key
from sync.hq.sample.members import APP_ISSUER
from tests.processes.sync_and_hq import noren
from tests.processes.town import a_town, eventually, look, outcomes, scan
from tests.support.card_numbers import app_number
from tests.support.damaged_store import spoil
from tests.support.keyed_databases import opened

NICKNAME, MEMBER, CARD, WALLET = (
    "ヱビス龜太郎",
    "m-7h3k9q2x5v",
    app_number(4987651200042),
    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
)
BUYER, ORDER, SECRET = "トキノサホヒメ", "o-9w4r7t2z", "hN4tB8sYe1kPq7Lm3VxC6zRd"
CHARACTERS = ("utf-8", "utf-16-le", "utf-16-be", "cp932")
# What has a rule of its own (edge/key_files/data_key_file.py): the key if nobody has sealed it, which opens all the rest.
BESIDES = {DATA_KEY_FILE}


class Day:
    """A town in which somebody was greeted, somebody signed in, and an order was handed over."""

    def __init__(self, town: DemoStack) -> None:
        self.town = town
        self.seeds = {"nickname": NICKNAME, "member": MEMBER, "card": CARD, "wallet": WALLET, "buyer": BUYER}
        self.seeds |= {"order": ORDER, "pickup": SECRET}

    def push(self, what: str, head: str, row: str) -> None:
        file = self.town.folder / f"{what}.csv"
        file.write_text(f"{head}\n{row}\n", encoding="utf-8")
        noren("hq", "push", what, file, "--dir", self.town.hq, "--store", "ginza")

    def begin(self) -> None:
        self.push(
            "members",
            "member,nickname,stage,segment,coupons,codes,wallet_secret",
            f'{MEMBER},{NICKNAME},gold,both,1,"[""{APP_ISSUER}:{CARD}""]",{WALLET}',
        )
        goods = look(self.town.data / "hq.db", "select key from catalog where body is not null order by key limit 1")
        lines = json.dumps([{"line": 1, "gtin": goods[0][0], "quantity": 1}]).replace('"', '""')
        sha = hashlib.sha256(SECRET.encode()).hexdigest()
        self.push(
            "orders",
            "order,number,state,member,name,lines,secret_sha256",
            f'{ORDER},7731,ready_for_pickup,{MEMBER},{BUYER},"{lines}",{sha}',
        )
        hq = self.town.data / "hq.db"
        eventually(lambda: look(hq, "select 1 from orders where key = ?", (ORDER,)), "the order is here")
        eventually(lambda: look(hq, "select 1 from members where key = ?", (MEMBER,)), "the member is here")

    def live(self) -> None:
        self.answered("k1", CARD)
        self.answered("door", CARD)
        cookies = CookieJar()
        web = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
        clerk = json.loads((self.town.hq / "play.json").read_text(encoding="utf-8"))["staff"][0]
        self.post(web, "/staff/c1/login", staff=clerk["staff"], pin=clerk["pin"])
        self.seeds["session"] = next(cookie.value or "" for cookie in cookies if "c1" in cookie.path)
        self.seeds["clerk"] = clerk["name"]
        self.answered("c1", f"noren:p:{ORDER}:{SECRET}")
        self.post(web, f"/staff/c1/order/{ORDER}/tick", piece="1-1")
        self.post(web, f"/staff/c1/order/{ORDER}/hand-over", key=secrets.token_hex(16))
        eventually(self.handed_over, "the order is handed over")

    def handed_over(self) -> bool:
        found = look(self.town.data / "store.db", "select event from journal where type = 'noren.pickup.handed_over'")
        return any(ORDER in event for (event,) in found)

    def answered(self, station: str, code: str) -> None:
        before = len(outcomes(self.town))
        scan(self.town, station, code)
        eventually(lambda: len(outcomes(self.town)) > before, f"{code} is answered")

    def post(self, web: urllib.request.OpenerDirector, path: str, **form: str) -> None:
        request = urllib.request.Request(
            self.town.url(path), urllib.parse.urlencode(form).encode(), {"Sec-Fetch-Site": "same-origin"}
        )
        with web.open(request, timeout=60) as answer:
            assert answer.status == 200


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with a_town(tmp_path_factory.mktemp("town")) as town:
        one = Day(town)
        one.begin()
        one.live()
        yield one


def spellings(text: str) -> set[bytes]:
    """A text as it may lie in a file."""
    found = {text.encode(name, "ignore") for name in CHARACTERS}
    found |= {json.dumps(text)[1:-1].encode(), urllib.parse.quote(text).encode()}
    for data in list(found):
        found |= {data.hex().encode(), data.hex().upper().encode()}
        # base64 of a longer text that holds it: at each of the three places where a group may begin
        for before in range(3):
            coded = base64.b64encode(bytes(before) + data)[before + (before > 0) :].rstrip(b"=")[:-1]
            found |= {coded, coded.replace(b"+", b"-").replace(b"/", b"_")}
    return {one for one in found if len(one) >= 6}


def files(*places: Path) -> list[Path]:
    """Every file below: whatever else a version comes to write there is searched too."""
    found = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return [file for file in found if file.is_file() and file.name not in BESIDES]


def seen(seeds: dict[str, str], *places: Path) -> dict[str, list[str]]:
    """Which seeds stand in which files, however they are spelt."""
    found: dict[str, list[str]] = {}
    for file in files(*places):
        data = file.read_bytes()
        for name, text in seeds.items():
            if any(one in data for one in spellings(text)):
                found.setdefault(name, []).append(file.name)
    return found


def in_the_clear(data: Path, to: Path) -> Path:
    """What a thief has who has the key as well."""
    to.mkdir()
    key = data_key_from_text((data / DATA_KEY_FILE).read_text())
    for name in ("store.db", "hq.db"):
        with closing(connect_with_key(key.pages(name), data / name, mode="ro")) as conn:
            conn.execute("attach ? as clear key ''", (str(to / name),))
            conn.execute("select sqlcipher_export('clear')").fetchone()
            conn.execute("detach clear")
    return to


def test_the_search_finds_what_is_there_to_be_found(day: Day, tmp_path: Path) -> None:
    found = seen(day.seeds, in_the_clear(day.town.data, tmp_path / "clear"))
    assert {"nickname", "member", "card", "wallet", "buyer", "order", "clerk"} <= found.keys()


@pytest.mark.parametrize("how", ["utf-8", "utf-16-le", "cp932"])
def test_the_search_knows_a_text_by_its_other_spellings(how: str, tmp_path: Path) -> None:
    raw = f"前{NICKNAME}後".encode(how)
    forms = (raw, raw.hex().encode(), *(base64.b64encode(bytes(pad) + raw) for pad in range(3)))
    for number, data in enumerate(forms):
        (tmp_path / f"{number}.bin").write_bytes(data)
    assert len(seen({"nickname": NICKNAME}, tmp_path)["nickname"]) == len(forms)


def test_nothing_is_found_while_the_box_works_after_a_kill_in_backups_and_files_set_aside(day: Day) -> None:
    town, usb = day.town, day.town.folder / "usb.db"
    for name in ("store.db-wal", "hq.db-wal"):
        assert (town.data / name).stat().st_size > 0, "what was written last lies in the log"
    noren("backup", usb, "--config", town.config)
    assert seen(day.seeds, town.data, usb) == {}, "while it works"

    for name in ("web", "bridge", "sync"):
        town.children[name].kill()
    assert seen(day.seeds, town.data, usb) == {}, "after a kill"

    with opened(town.data / "store.db", "rw") as conn:
        conn.execute("pragma wal_checkpoint(truncate)").fetchone()
    for name in ("store.db", "hq.db"):
        spoil(town.data / name, 4096 * 5, 4096, random.Random(1))
    noren("migrate", "--config", town.config)
    assert len(list(town.data.glob("*.damaged-*"))) >= 2
    assert seen(day.seeds, town.data, usb) == {}, "salvaged, and set aside"

    noren("restore", usb, "--config", town.config)
    assert list(town.data.glob("store.db.before-restore-*"))
    assert seen(day.seeds, town.data, usb) == {}, "restored"

    for name in ("web", "bridge", "sync"):
        town.children[name].start()
    eventually(town.is_ready, "the pages answer")
    for name in ("web", "bridge", "sync"):
        town.children[name].end()
    assert seen(day.seeds, town.data, usb) == {}, "after an orderly stop"


def test_nothing_is_left_elsewhere_where_a_process_may_write(day: Day) -> None:
    """Temporary files: SQLite here keeps them in memory."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from edge.platform.sqlite import sqlite3; c = sqlite3.connect(':memory:'); "
            "print([o for (o,) in c.execute('pragma compile_options') if o.startswith('TEMP_STORE')]); c.close()",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['TEMP_STORE=2']"
