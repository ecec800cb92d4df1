"""`./dev audit`: what an advisory database says of the lock files, and that one which says nothing is no good news."""

import json
from pathlib import Path

import pytest

from tests.packaging import audit

CLEAN: dict[str, object] = {"name": "flask", "version": "3.1.3", "vulns": []}
WEAK: dict[str, object] = {"name": "paho-mqtt", "version": "2.2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.3"]}]}
SKIPPED: dict[str, object] = {"name": "numpy", "skip_reason": "Dependency not found"}


def database(folder: Path, **answers: list[dict[str, object]] | None) -> str:
    """A program that answers as pip-audit does for each service; None: it cannot be reached."""
    for service, packages in answers.items():
        if packages is not None:
            (folder / service).write_text(json.dumps({"dependencies": packages}))
    program = folder / "pip-audit"
    program.write_text(
        "#!/bin/bash\n"
        f'[[ -f {folder}/$2 ]] || {{ echo "no way to $2" >&2; exit 1; }}\n'
        f'while [[ $1 != --output ]]; do service=${{service:-$2}}; shift; done; cp "{folder}/$service" "$2"\n'
    )
    program.chmod(0o755)
    return str(program)


def test_known_weaknesses_are_named_with_what_mends_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(database(tmp_path, osv=[CLEAN, WEAK])) == audit.WEAK
    said = capsys.readouterr().out
    assert "requirements.lock: 2 packages looked up (osv)" in said
    assert "paho-mqtt 2.2: PYSEC-1, mended in 2.3" in said


@pytest.mark.parametrize("osv", [None, [CLEAN, SKIPPED]])
def test_a_database_that_cannot_speak_of_all_gives_way_to_the_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], osv: list[dict[str, object]] | None
) -> None:
    assert audit.main(database(tmp_path, osv=osv, pypi=[CLEAN])) == 0
    assert "1 packages looked up (pypi)" in capsys.readouterr().out


def test_where_none_can_be_reached_nothing_is_called_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(database(tmp_path, osv=None, pypi=[CLEAN, SKIPPED])) == audit.UNREACHED
    said = capsys.readouterr().out
    assert "requirements.lock: not checked; osv: no way to osv; pypi: knows nothing of 1 of 2 packages, numpy" in said
    assert "neither good nor bad" in said
