"""What holds for every file of the tree, whoever writes it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {".git", ".venv", "var", "vendor", "build"}  # never looked into: made by tools, or with a test of its own
REGISTRIES = re.compile(
    r"pypi\.org|pythonhosted\.org|piwheels\.org|npmjs\.(?:org|com)|yarnpkg\.com|deb\.debian\.org|docker\.io"
    r"|--(?:extra-)?(?:index-url|find-links)",
    re.IGNORECASE,
)
NAMED = re.compile(  # a file of the tree, by its path from the root
    r"(?<![\w./-])(?:edge|firmware_bridge|sync|ui|systemd|tests|docs)/[\w/.-]*\.(?:py|md|cfg|css|html|js|json|toml|yaml|service|conf(?:\.example)?)(?![\w])"
)
MADE = re.compile(r"^--- /dev/null\n\+\+\+ b/(\S+)$", re.MULTILINE)
# one tells what was at its time; the others write files of these names into a folder of their own
OTHER_TREES = {"CHANGELOG.md", "tests/ground/test_dev.py", "tests/sync/contract/test_asyncapi.py"}
POSTPONED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME)\b")  # in two halves, so that this line is not one


def tree() -> list[Path]:
    """Every file somebody wrote, in order; caches and what tools made are left out."""
    found: list[Path] = []
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.is_dir() and path.name not in NOT_OURS and not path.name.endswith(("cache", "__", ".egg-info")):
                folders.append(path)
            elif path.is_file():
                found.append(path)
    return found


def text_of(path: Path) -> str:
    """The words in a file; what is not text, such as a picture, has none."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


TREE = tree()
MODULES = [path for path in TREE if path.suffix == ".py"]


def lines_that_match(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_the_address_of_a_registry() -> None:
    assert lines_that_match(REGISTRIES, TREE) == []


def test_nothing_is_put_off_in_a_comment() -> None:
    assert lines_that_match(POSTPONED, TREE) == []


def names_that_lead_nowhere(text: str) -> set[str]:
    """The files of this tree that a text names, that are not there, and that no diff in the text makes."""
    return {named for named in NAMED.findall(text) if not (ROOT / named).exists()} - set(MADE.findall(text))


@pytest.mark.parametrize("folder", sorted({path.parent for path in TREE}), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_are_there(folder: Path) -> None:
    """In pages, comments and docstrings: the name of a file that has moved misleads whoever looks for it."""
    named = {
        name: names_that_lead_nowhere(text_of(path))
        for path in TREE
        if path.parent == folder and (name := str(path.relative_to(ROOT))) not in OTHER_TREES
    }
    assert {name: found for name, found in named.items() if found} == {}


def test_a_name_that_leads_nowhere_is_found() -> None:
    gone = "/".join(("sync", "moved.py"))  # in two parts, so that this line names no file
    assert names_that_lead_nowhere(f"see ({gone}), sync/protocol/topics.py") == {gone}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_sentence_opens_the_file(module: Path) -> None:
    opening = (ast.get_docstring(ast.parse(module.read_text())) or "").partition("\n\n")[0]
    assert re.search(r"^\S.*[.?!]$", opening, re.DOTALL), "the file's first line is one sentence: what the room is for"


def test_every_script_may_be_run() -> None:
    scripts = [path for path in TREE if text_of(path).startswith("#!")]
    assert {ROOT / "dev", ROOT / ".ci" / "run"} <= set(scripts)
    assert [str(path.relative_to(ROOT)) for path in scripts if not path.stat().st_mode & 0o100] == []
