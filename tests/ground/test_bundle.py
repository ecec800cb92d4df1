"""`./dev bundle`: which wheels go to which box, a list of parts that CycloneDX's own schema takes, and the same file again."""

import json
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.ground.test_locks import pinned
from tests.packaging import bundle, sbom

WHEN = 1_800_000_000


def wheel(folder: Path, name: str, version: str, *lines: str, tag: str = "py3-none-any") -> Path:
    path = folder / f"{name}-{version}-{tag}.whl"
    about = "\n".join(
        ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}", "Summary: what it does", *lines]
    )
    with zipfile.ZipFile(path, "w") as it:
        it.writestr(zipfile.ZipInfo(f"{name}-{version}.dist-info/METADATA"), about + "\n\nits readme\n")
    return path


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, list[Path]]:
    """Our package and what it wants: licences in each form they come in, and one part in two versions."""
    own = wheel(
        tmp_path, "noren", "0.2.0", "License-Expression: Apache-2.0", "Requires-Dist: Flask>=3", "Requires-Dist: numpy"
    )
    flask = wheel(
        tmp_path,
        "flask",
        "3.1.3",
        "License-Expression: BSD-3-Clause",
        "Requires-Dist: Jinja2>=3",
        'Requires-Dist: asgiref; extra == "async"',
    )
    others = [
        flask,
        wheel(tmp_path, "jinja2", "3.1.6", "License: a licence of its own"),
        wheel(tmp_path, "asgiref", "3.0", "Classifier: License :: OSI Approved :: MIT License"),
        wheel(tmp_path, "numpy", "2.4.6", "License: " + "text " * 100, tag="cp311-cp311-linux_x86_64"),
        wheel(tmp_path, "numpy", "2.4.6", tag="cp311-cp311-linux_aarch64"),
        wheel(tmp_path, "numpy", "2.5.5", tag="cp313-cp313-linux_x86_64"),
    ]
    return own, others


def written(files: tuple[Path, list[Path]], when: int = WHEN) -> str:
    own, others = files
    return sbom.document(sbom.wheels([own])[0], sbom.wheels(others), when)


def test_the_list_of_parts_is_cyclonedx(files: tuple[Path, list[Path]]) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written(files)) is None


def test_the_list_names_every_part_its_files_and_what_it_wants(files: tuple[Path, list[Path]]) -> None:
    told = json.loads(written(files))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert told["metadata"]["component"]["purl"] == "pkg:pypi/noren@0.2.0"
    assert told["metadata"]["timestamp"].startswith("2027-01-15T08:00:00")
    parts = {part["purl"]: part for part in told["components"]}
    vendored = tomllib.loads(sbom.VENDOR.read_text())["library"]
    assert len(parts) == 5 + len(vendored)
    numpy = parts["pkg:pypi/numpy@2.4.6"]["externalReferences"]
    assert sorted(one["url"] for one in numpy) == [
        "wheels/numpy-2.4.6-cp311-cp311-linux_aarch64.whl",
        "wheels/numpy-2.4.6-cp311-cp311-linux_x86_64.whl",
    ]
    assert all(len(one["hashes"][0]["content"]) == 64 for one in numpy)
    assert parts["pkg:pypi/flask@3.1.3"]["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert parts["pkg:pypi/jinja2@3.1.6"]["licenses"][0]["license"]["name"] == "a licence of its own"
    wants = {one["ref"]: one.get("dependsOn", []) for one in told["dependencies"]}
    assert wants["pkg:pypi/flask@3.1.3"] == ["pkg:pypi/jinja2@3.1.6"]  # what is for an extra is wanted by nobody
    assert {"pkg:pypi/flask@3.1.3", "pkg:pypi/numpy@2.4.6", "pkg:pypi/numpy@2.5.5"} <= set(
        wants["pkg:pypi/noren@0.2.0"]
    )
    assert any(purl.startswith("pkg:npm/lucide-static@") for purl in wants["pkg:pypi/noren@0.2.0"])


def test_the_same_parts_give_the_same_list_and_others_another(files: tuple[Path, list[Path]]) -> None:
    own, others = files
    first = written(files)
    assert written((own, others[::-1])) == first
    others[0].write_bytes(others[0].read_bytes() + b"\0")
    assert json.loads(written(files))["serialNumber"] != json.loads(first)["serialNumber"]


def test_the_same_files_give_the_same_package(tmp_path: Path) -> None:
    (tmp_path / "w.whl").write_bytes(b"wheel")
    files: list[tuple[str, bytes | Path]] = [("wheels/w.whl", tmp_path / "w.whl"), ("a", b"a")]
    for name, order in (("one", files), ("two", files[::-1])):
        bundle.pack(order, tmp_path / name, WHEN)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    with tarfile.open(tmp_path / "one") as tar:
        assert tar.getnames() == [bundle.SUMS, "a", "wheels/w.whl"]
        assert {(one.mtime, one.uid, one.uname, one.mode) for one in tar} == {(WHEN, 0, "", 0o644)}


@pytest.mark.parametrize("target", bundle.TARGETS, ids=str)
def test_a_box_gets_every_line_of_the_lock_that_counts_for_it(target: bundle.Target) -> None:
    lines = bundle.locked(bundle.LOCK.read_text(), target)
    names = dict(line.partition(" ")[0].split("==") for line in lines)
    assert names == pinned("requirements.lock", target.python)
    assert all(" --hash=sha256:" in line and ";" not in line for line in lines)


def test_boxes_of_both_kinds_and_both_debians_are_served() -> None:
    assert {(one.machine, one.python) for one in bundle.TARGETS} == {
        (machine, python) for machine in ("x86_64", "aarch64") for python in ("3.11", "3.13")
    }
    assert "manylinux1_aarch64" not in bundle.TARGETS[-1].tags  # no such name exists
