"""Search by words in a large catalogue: time of a question, size of the index, its build, and whether a scan feels that."""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge.codes.check_digits import mod10_digit
from edge.features.catalog import Colour, Product
from edge.features.search.find import find_styles
from edge.platform import migration
from edge.platform.database import Replica, open_hq, pragma, writing
from edge.validation.localized_text import LocalizedText
from sync.search_index import STYLES_PER_STEP, SearchIndex
from tests.bench.scan import quantile
from tests.bench.syncing import shop
from tests.processes import town as towns
from tests.support.keyed_databases import unlocked

SEED = 20_261_128  # the same catalogue and questions on every machine
PRODUCTS = 1_000_000
QUESTIONS = 5_000
RESULTS = 30  # of one question
SCANS = 200  # scans in the quiet, and at least as many while the index is built
ROWS_PER_COMMIT = 20_000
HERE = 0.02  # of the products are in the store: 20,000 of a million
TARGETS = {"search.ms.p99": 10.0, "search.scan_p99_ratio": 1.5}


def words_in(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


CLOTHS = words_in("""
ウール カシミヤ コットン リネン シルク ナイロン デニム フランネル コーデュロイ ベルベット メリノ アルパカ
レザー 綿 麻 絹 羊毛 帆布 楊柳
""")
KINDS = words_in("""
強撚 撥水 防水 軽量 保温 接触冷感 速乾 抗菌 洗える 裏起毛 ストレッチ ワッフル リブ ケーブル チェック
ストライプ ボーダー 花柄 無地 水玉 先染め
""")
CUTS = words_in("""
クルーネック Vネック タートルネック 半袖 長袖 七分袖 ロング ショート オーバーサイズ スリム ワイド
テーパード ダブル フード付き 大判 前あき
""")
THINGS = words_in("""
コート ジャケット シャツ ブラウス スカート パンツ ワンピース ニット セーター カーディガン パーカー ベスト
ストール マフラー 手袋 帽子 靴下 革靴 鞄 財布 傘 上着 浴衣 羽織 帯 下着 寝間着 タオル 毛布 座布団 枕
湯呑 急須 箸 茶碗 皿 風呂敷 暖簾 手拭い 石鹸
""")
READINGS = {
    "上着": "うわぎ",
    "手袋": "てぶくろ",
    "帽子": "ぼうし",
    "靴下": "くつした",
    "鞄": "かばん",
    "傘": "かさ",
    "浴衣": "ゆかた",
}
ENGLISH = words_in("""
wool cotton linen silk coat jacket shirt skirt dress knit
scarf bag cup towel soap
""")
COLOURS = words_in("""
黒 白 紺 灰 生成り 赤 緑 茶 藍 墨 桜 若草 山吹 藤 臙脂
""")


def made_up(products: int) -> Iterator[Product]:
    """Products that nobody sells, each a style of its own: the most entries that so many products can have."""
    dice = random.Random(SEED)
    for number in range(products):
        digits = f"0459{number:09d}"
        words = [dice.choice(CLOTHS), dice.choice(KINDS), dice.choice(CUTS), dice.choice(THINGS)][dice.randrange(2) :]
        yield Product(
            gtin=f"{digits}{mod10_digit(digits)}",
            style=f"{dice.randrange(10, 99)}-{dice.randrange(10**4):04d}-{number:06d}",
            name=LocalizedText(ja="の".join(words), en=" ".join(dice.sample(ENGLISH, 2))),
            reading="".join(READINGS.get(word, word) for word in words),
            category=f"c-{dice.randrange(40)}",
            colour=Colour(code="01", name=LocalizedText(ja=dice.choice(COLOURS)), hex="#e9e3d6"),
            size="M",
            size_order=0,
            price=dice.randrange(190, 19_990),
            picture="",
        )


def questions(products: int, count: int) -> Iterator[str]:
    """What shoppers type: words whole and as far as they are typed, two of them, kana, numbers, and what nobody sells."""
    dice = random.Random(SEED + 1)
    words = [*CLOTHS, *KINDS, *CUTS, *THINGS, *READINGS.values(), *ENGLISH, *COLOURS]
    for _ in range(count):
        one, other = dice.choice(words), dice.choice(words)
        number = dice.randrange(products)
        yield dice.choice(
            (
                one,
                one[: dice.randint(1, len(one))],
                f"{one} {other}",
                f"{dice.choice(COLOURS)}{dice.choice(THINGS)}",
                f"{one}の{other}"[: dice.randint(2, 12)],
                f"{dice.randrange(10, 99)}-{dice.randrange(10**4):04d}"[: dice.randint(1, 7)],
                f"{number:06d}",
                one[::-1],
            )
        )


def fill(db: Database, products: int) -> None:
    """Put the rows in as feeds do; the triggers note each style."""
    dice, rows, stock = random.Random(SEED + 2), [], []
    for product in made_up(products):
        rows.append((product.gtin, msgspec.json.encode(product).decode()))
        if dice.random() < HERE:
            on_hand = json.dumps({"gtin": product.gtin, "on_hand": 3, "as_of": "2026-11-28T00:00:00Z"})
            stock.append((product.gtin, on_hand))
        if len(rows) == ROWS_PER_COMMIT:
            _put(db, rows, stock)
    _put(db, rows, stock)
    db.conn.execute("insert or replace into feeds values ('catalog', 'e', 1, 0, '0', '')")
    db.conn.execute("pragma wal_checkpoint(truncate)")


def _put(db: Database, rows: list[tuple[str, str]], stock: list[tuple[str, str]]) -> None:
    with writing(db):
        db.conn.executemany("insert into catalog values (?, 1, ?)", rows)
        db.conn.executemany("insert into stock values (?, 1, ?)", stock)
    rows.clear()
    stock.clear()


def build(db: Database, styles: int) -> dict[str, float]:
    """Every entry, one step after the other without a pause; what the steps took (CPU time: others use the machine too)."""
    index, at, steps = SearchIndex(db), 0.0, []
    begun = time.monotonic()
    while db.conn.execute("select 1 from search_changed").fetchone():
        began = time.thread_time()
        index.look(at)
        steps.append((time.thread_time() - began) * 1000)
        at += 1.0
    seconds = time.monotonic() - begun
    print(f"built: {styles / seconds:.0f} styles/s without pauses, {len(steps)} steps", flush=True)
    return {
        "search.build_s": seconds,
        "search.step_cpu_ms.p50": statistics.median(steps),
        "search.step_cpu_ms.p99": quantile(steps, 0.99),
        "search.step_cpu_ms.max": max(steps),
    }


def ask(folder: Path, products: int) -> dict[str, float]:
    """Each question on a connection of its own, as a page asks it: nothing of the file is in the process's memory."""
    took, spent = [], []
    for text in questions(products, QUESTIONS):
        hq = Replica(folder)
        began, used = time.perf_counter(), time.thread_time()
        find_styles(hq, text, most=RESULTS)
        took.append((time.perf_counter() - began) * 1000)
        spent.append((time.thread_time() - used) * 1000)
        hq.close()
    slowest = sorted(zip(spent, questions(products, QUESTIONS), strict=True))[-5:]
    print("most work: " + ", ".join(f"{text} {value:.1f} ms" for value, text in reversed(slowest)), flush=True)
    return {
        "search.ms.p50": statistics.median(took),
        "search.ms.p99": quantile(took, 0.99),
        "search.cpu_ms.p50": statistics.median(spent),
        "search.cpu_ms.p99": quantile(spent, 0.99),
        "search.cpu_ms.max": max(spent),
    }


def code(products: int) -> dict[str, float]:
    """The index by itself: size, build and questions, in a file that is encrypted as a box's is."""
    with tempfile.TemporaryDirectory() as place:
        folder = unlocked(Path(place))
        migration.migrate(folder)
        db = open_hq(folder)
        fill(db, products)
        before = int(pragma(db, "page_count")) * int(pragma(db, "page_size"))
        figures = build(db, products)
        db.conn.execute("pragma wal_checkpoint(truncate)")
        size = int(pragma(db, "page_count")) * int(pragma(db, "page_size")) - before
        figures |= {"search.catalogue_mb": before / 1e6, "search.index_mb": size / 1e6} | ask(folder, products)
        db.close()
    return figures


def scans(products: int, count: int) -> dict[str, float]:
    """Scan to screen in the quiet, and while sync builds the index of a large catalogue."""
    with tempfile.TemporaryDirectory() as place:
        town, _ = shop.built(Path(place))
        with shop.up(town, *shop.HQ_SIDE, "sync"):
            towns.eventually(lambda: towns.mirror_is_whole(town), "the sample chain's rows are here")
        db = open_hq(town.data)
        fill(db, products)
        build(db, products)
        with shop.up(town, *shop.SCREEN_SIDE, "broker"):
            towns.eventually(town.is_ready, "the pages answer")
            towns.eventually(lambda: towns.devices_work(town), "the scanners work")
            with shop.kiosk(town) as page:
                quiet = shop.scan_until(town, page, lambda done: done >= count)
                with writing(db):
                    db.conn.execute("insert into search_changed select style from search_styles")
                town.children["sync"].start()
                left = [products]
                during = shop.scan_until(town, page, lambda done: done >= count or _is_built(db, left))
                town.children["sync"].end()
        db.close()
    print(f"{products - left[-1]} of {products} styles were made anew meanwhile", flush=True)
    assert left[-1] < products - STYLES_PER_STEP, "sync has built nothing"
    shop.tell_table("scan to screen, ms", [("quiet", quiet), ("while the index is built", during)])
    return {
        "search.scan_quiet_ms.p99": quantile(quiet, 0.99),
        "search.scan_ms.p99": quantile(during, 0.99),
        "search.scan_p99_ratio": quantile(during, 0.99) / quantile(quiet, 0.99),
    }


def _is_built(db: Database, left: list[int]) -> bool:
    left.append(db.conn.execute("select count(*) from search_changed").fetchone()[0])
    return left[-1] == 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures, those with a target beside it; with --json write them as one flat object."""
    parser = argparse.ArgumentParser(prog="./dev bench search", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="code, scans; both if none is named")
    parser.add_argument("--products", type=int, default=PRODUCTS, help="in the catalogue; each is a style of its own")
    parser.add_argument("--scans", type=int, default=SCANS, help="in the quiet, and at most while the index is built")
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args(arguments)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {asked.products} products", flush=True)
    figures: dict[str, float] = {}
    if "scans" not in asked.parts:
        figures |= code(asked.products)
    if "code" not in asked.parts:
        figures |= scans(asked.products, asked.scans)
    for name, value in figures.items():
        print(f"{name:28} {value:12.2f}" + (f"   target {TARGETS[name]:g}" if name in TARGETS else ""))
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
