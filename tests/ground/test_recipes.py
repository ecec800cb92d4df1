"""The recipes of docs/recipes/ are true: each is played in a copy of the tree, with the test that it ends with."""

from pathlib import Path

import pytest

from tests.packaging.recipes import PAGES, ROOT, Change, Command, DoesNotFit, changes, copy_tree, steps

RECIPES = sorted(PAGES.glob("*.md"))


@pytest.mark.parametrize("page", RECIPES, ids=lambda page: page.stem)
def test_a_recipe_can_be_followed(page: Path, tmp_path: Path) -> None:
    tree, found = copy_tree(tmp_path / "tree"), list(steps(page))
    assert isinstance(found[-1], Command), "the last step of a recipe is its test"
    assert "pytest" in found[-1].line
    for step in found:
        step.apply(tree)


def test_every_recipe_is_named_where_people_look_for_it() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert RECIPES
    assert [recipe.name for recipe in RECIPES if f"(docs/recipes/{recipe.name})" not in page] == []


DIFF = """\
--- a/one.py
+++ b/one.py
@@
 first
-second
+2nd
--- /dev/null
+++ b/two.py
@@
+new
"""


def test_a_diff_changes_lines_and_makes_files(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("zero\nfirst\nsecond\nthird\n", encoding="utf-8")
    for change in changes(DIFF):
        change.apply(tmp_path)
    assert (tmp_path / "one.py").read_text(encoding="utf-8") == "zero\nfirst\n2nd\nthird\n"
    assert (tmp_path / "two.py").read_text(encoding="utf-8") == "new\n"


def test_a_step_that_the_code_has_left_behind_is_told(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("first\nsecond\nfirst\nsecond\n", encoding="utf-8")
    with pytest.raises(DoesNotFit, match=r"one\.py has these lines 2 times"):
        next(changes(DIFF)).apply(tmp_path)
    with pytest.raises(DoesNotFit, match=r"one\.py is there already"):
        Change("one.py", "", "new\n").apply(tmp_path)


def test_a_command_that_fails_is_told_with_its_words(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no such recipe"):
        Command("echo no such recipe >&2; false").apply(tmp_path)
