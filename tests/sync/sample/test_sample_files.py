"""A chain takes the sample's files and pushes them: HQ holds what the sample's own holds, and a wrong row has a place."""

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from edge.features.member import Member
from edge.features.staff.pin_check import pin_matches
from sync.hq.cli.main import hq
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.importing.files import BadFile
from sync.hq.sample.play import PlayCard
from sync.hq.sample.tables import PICTURES_FOLDER, README_FILE, SAMPLE_FOLDER, SAMPLE_STORES, table, tables
from sync.protocol.topics import ALL_STORES
from tests.sync.sample.conftest import Row

ROOT = Path(__file__).parents[3]
MOMENTS = {"cancelled_at", "as_of", "placed_at", "promise_at", "hold_until", "arrived_at", "handed_over_at"}


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(hq, words)
    assert result.exit_code == code, result.output
    return result.output


def push(folder: Path, word: str, scope: str, file: Path, code: int = 0) -> str:
    own = () if scope == ALL_STORES else ("--store", scope)
    return run("push", word, str(file), "--dir", str(folder), *own, code=code)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's files as a chain has them that asked for them."""
    place = tmp_path_factory.mktemp("copied")
    assert "files in" in run("sample-files", str(place))
    return place


def test_what_a_chain_has_made_its_own_is_not_written_over(tmp_path: Path) -> None:
    run("sample-files", str(tmp_path))
    own = tmp_path / "yokohama" / "members.csv"
    own.write_text("ours", encoding="utf-8")
    assert "is there already" in run("sample-files", str(tmp_path), code=1)
    assert own.read_text(encoding="utf-8") == "ours"


@pytest.fixture(scope="module")
def chain(copied: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An HQ that was empty, and to which the copy has been pushed."""
    folder = tmp_path_factory.mktemp("chain") / "hq"
    run("init", "--dir", str(folder), "--chain", "test")
    for store in SAMPLE_STORES:
        run("stores", "add", store, "--dir", str(folder))
    for one in tables(copied):
        said = push(folder, one.word, one.scope, one.path)
        assert re.search(r"\b[1-9]\d* new, 0 changed, 0 deleted, 0 the same", said), (one, said)
    return folder


def held(folder: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    with open_headquarters(folder) as db:
        found = db.conn.execute("select feed, scope, key, body from rows where feed <> 'keys'").fetchall()
    return {(feed, scope, key): json.loads(body) for feed, scope, key, body in found}


@pytest.mark.parametrize("feed", ["config", "staff", "catalog", "content", "members", "stock", "neighbours", "orders"])
def test_a_chain_that_pushes_a_copy_has_the_samples_rows(chain: Path, rows: list[Row], feed: str) -> None:
    pushed = {at: body for at, body in held(chain).items() if at[0] == feed}
    wanted = {(name, scope, key): body for name, scope, key, body in rows if name == feed}
    assert pushed.keys() == wanted.keys()
    assert pushed
    told = MOMENTS | ({"pin"} if feed == "staff" else set())
    for at, body in wanted.items():
        assert body.keys() == pushed[at].keys()
        assert {name: value for name, value in body.items() if name not in told} == {
            name: value for name, value in pushed[at].items() if name not in told
        }


def test_a_pin_of_the_file_is_kept_as_its_hash(chain: Path, copied: Path) -> None:
    plain = tomllib.loads((copied / "ginza" / "staff.toml").read_text(encoding="utf-8"))
    for staff, person in plain.items():
        assert pin_matches(held(chain)["staff", "ginza", staff]["pin"], person["pin"])


def test_a_copy_pushed_again_changes_nothing(chain: Path, copied: Path) -> None:
    for one in tables(copied):
        if one.word != "stock":  # a number sent again is as of now
            assert "0 new, 0 changed, 0 deleted" in push(chain, one.word, one.scope, one.path)


def test_every_file_of_the_folder_is_pushed_or_is_for_playing(copied: Path) -> None:
    files = {
        path.relative_to(SAMPLE_FOLDER)
        for path in SAMPLE_FOLDER.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    }
    here = {path.relative_to(copied) for path in copied.rglob("*") if path.is_file()}
    assert files - here == {Path(store, "cards.jsonl") for store in SAMPLE_STORES}
    assert here <= files


def test_the_readme_says_how_each_file_is_pushed() -> None:
    text = (SAMPLE_FOLDER / README_FILE).read_text(encoding="utf-8")
    said = re.findall(r"`noren hq push (\w+) (\S+?)(?: --store STORE)?`", text)
    pairs = [(one.word, str(one.path.relative_to(SAMPLE_FOLDER)).replace("ginza", "STORE")) for one in tables()]
    assert sorted(said) == sorted({pair for pair in pairs if not pair[1].startswith(SAMPLE_STORES[1:])})


def test_the_package_carries_every_file() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]
    globs = package["sync.hq.sample"]
    files = [path.relative_to(SAMPLE_FOLDER) for path in SAMPLE_FOLDER.rglob("*") if path.is_file()]
    for file in files:
        if file.suffix not in (".py", ".pyc"):
            fits = [glob for glob in globs if glob.count("/") == len(file.parts) - 1 and fnmatch(file.as_posix(), glob)]
            assert fits, f"{file} would not be in the wheel"


WRONG = [
    ("catalogue.csv", ",6990,", ",dear,"),
    ("content.json", '"order": 0', '"order": "first"'),
    ("ginza/config.toml", "miles = 10", 'miles = "x"'),
    ("ginza/staff.toml", 'role = "lead"', 'role = "boss"'),
    ("ginza/members.csv", "store_only,2", "store_only,two"),
    ("ginza/stock.csv", ",0,2,", ",0,second,"),
    ("ginza/orders.toml", 'state = "placed"', 'state = "lost"'),
]


@pytest.mark.parametrize(("name", "was", "wrong"), WRONG)
def test_a_wrong_row_of_a_copy_is_told_with_its_line(
    chain: Path, copied: Path, tmp_path: Path, name: str, was: str, wrong: str
) -> None:
    file = tmp_path / Path(name).name
    text = (copied / name).read_text(encoding="utf-8")
    line = text[: text.index(was)].count("\n") + 1
    file.write_text(text.replace(was, wrong, 1), encoding="utf-8")
    one = next(one for one in tables(copied) if one.path == copied / name)
    assert f"{file}, line {line}, column" in push(chain, one.word, one.scope, file, code=1)


@pytest.mark.parametrize(
    ("name", "kind", "good", "wrong"),
    [
        ("cards.jsonl", PlayCard, '"symbology": "ean13"', '"symbology": "ean"'),
        ("members.csv", Member, "store_only,2", "store_only,two"),
    ],
)
def test_a_wrong_row_of_the_sample_is_told_with_its_line(
    tmp_path: Path, name: str, kind: type, good: str, wrong: str
) -> None:
    text = (SAMPLE_FOLDER / "ginza" / name).read_text(encoding="utf-8")
    line = text[: text.index(good)].count("\n") + 1
    (tmp_path / "ginza").mkdir()
    (tmp_path / "ginza" / name).write_text(text.replace(good, wrong, 1), encoding="utf-8")
    with pytest.raises(BadFile, match=f"{name}, line {line}, column 1: "):
        table(Path(name).stem, "ginza", kind, tmp_path)


def test_only_content_takes_a_folder(chain: Path, copied: Path) -> None:
    assert "only content takes one" in push(chain, "stock", "ginza", copied / PICTURES_FOLDER, code=1)
    assert "the file has no rows" in push(chain, "content", ALL_STORES, copied / "ginza", code=1)


def test_one_picture_is_pushed_by_its_name(chain: Path, tmp_path: Path) -> None:
    picture = tmp_path / "new.svg"
    picture.write_text("<svg viewBox='0 0 9 9'><path d='M1 1h7' stroke='var(--fabric)'/></svg>\n", encoding="utf-8")
    assert "1 new" in push(chain, "content", ALL_STORES, picture)
    assert held(chain)["content", ALL_STORES, "picture/new"]["svg"] == picture.read_text(encoding="utf-8").strip()
