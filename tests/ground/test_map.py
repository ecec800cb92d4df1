"""Each name that a page of docs/ puts in a file is there: the way of a scan, the way of a row, the words of the trade."""

import ast
import re
from pathlib import Path

import pytest

from ui.i18n import message_catalogue, without_furigana

ROOT = Path(__file__).parents[2]
PAGES = ("docs/map.md", "docs/glossary.md")
PLACE = re.compile(
    r"`((?:edge|firmware_bridge|sync|ui|tests)/[\w/]+\.py)` `(\w+)`"
)  # as the pages write: file, then name


def names_in(path: Path) -> set[str]:
    """What a module gives a name to at its top: functions, classes, constants."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names


def lost(text: str) -> list[str]:
    """The places a text names whose file has no such name."""
    return [f"{file} {name}" for file, name in PLACE.findall(text) if name not in names_in(ROOT / file)]


@pytest.mark.parametrize("page", PAGES)
def test_each_name_is_in_its_file(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert len(PLACE.findall(text)) > 20, "the pattern no longer reads the page"
    assert lost(text) == []


def test_a_name_that_has_moved_is_found() -> None:
    text = "`edge/scan_dispatch.py` `dispatch`, `edge/scan_dispatch.py` `decided_elsewhere`"
    assert lost(text) == ["edge/scan_dispatch.py decided_elsewhere"]


def test_the_steps_of_a_way_are_numbered_through() -> None:
    """A step that is taken out or put in moves those behind it."""
    text = (ROOT / "docs/map.md").read_text(encoding="utf-8")
    for way in text.split("\n## ")[1:]:
        steps = [int(number) for number in re.findall(r"^\| (\d+) \|", way, re.MULTILINE)]
        assert steps == list(range(1, len(steps) + 1))
        assert steps, way


def said_on_screens(language: str) -> str:
    """All messages of a language in one text, without furigana, in small letters."""
    found = (message.string for message in message_catalogue(language) if message.id)
    texts = (text for string in found for text in ((string,) if isinstance(string, str) else string or ()))
    return "\n".join(without_furigana(text).lower() for text in texts)


def test_the_glossarys_words_are_those_the_screens_say() -> None:
    """In the part that is called so. A message that is worded anew takes its word here along."""
    page = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    part = page.split("\n## ")[1]
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in part.splitlines() if line.startswith("| ")][1:]
    assert part.startswith("Words on the screens")
    for number, language in enumerate(("ja", "en")):
        said = said_on_screens(language)
        assert [row[number] for row in rows if row[number].lower() not in said] == []
