"""The parts of an update package as a CycloneDX 1.6 document: the same parts give the same text."""

import tomllib
import uuid
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import HeaderParser
from hashlib import sha256
from pathlib import Path

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.spdx import fixup_id
from packageurl import PackageURL

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "ui" / "static" / "vendor" / "vendor.toml"
SPACE = uuid.UUID("6f1f1a4e-6a5c-5d0b-9f39-0c8a1d1f6b1a")  # of our serial numbers (RFC 9562, version 5)
LICENCE_MOST = 120  # characters: some packages put the whole text there


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel, and what it says of itself."""

    path: Path
    name: str
    version: str
    about: Message

    @property
    def digest(self) -> str:
        return sha256(self.path.read_bytes()).hexdigest()


def wheels(paths: Iterable[Path]) -> list[Wheel]:
    """What is in each file, by name."""
    return [_wheel(path) for path in sorted(paths)]


def _wheel(path: Path) -> Wheel:
    with zipfile.ZipFile(path) as it:
        name = next(one for one in it.namelist() if one.endswith(".dist-info/METADATA") and one.count("/") == 1)
        about = HeaderParser().parsestr(it.read(name).decode())
    return Wheel(path=path, name=canonicalize_name(about["Name"]), version=about["Version"], about=about)


def document(own: Wheel, others: Sequence[Wheel], when: int) -> str:
    """The document. `when` is in Unix seconds: that of the commit, not of this hour."""
    by_part: dict[tuple[str, str], list[Wheel]] = defaultdict(list)
    for one in others:
        by_part[one.name, one.version].append(one)
    root = _component([own], ComponentType.APPLICATION)
    parts = {key: _component(found, ComponentType.LIBRARY) for key, found in sorted(by_part.items())}
    vendored = [_vendored(it) for it in tomllib.loads(VENDOR.read_text(encoding="utf-8"))["library"]]
    everything = "\n".join(f"{one.digest} {one.path.name}" for one in [own, *others])
    bom = Bom(components=[*parts.values(), *vendored], serial_number=uuid.uuid5(SPACE, everything))
    bom.metadata = BomMetaData(component=root, timestamp=datetime.fromtimestamp(when, UTC))
    named: dict[str, list[Component]] = defaultdict(list)
    for (name, _), part in parts.items():
        named[name].append(part)
    for part, found in [(root, [own]), *((parts[key], by_part[key]) for key in parts)]:
        wanted = {canonicalize_name(name) for one in found for name in _wants(one)}
        bom.register_dependency(part, [one for name in sorted(wanted) for one in named.get(name, [])])
    bom.register_dependency(root, [*_direct(root, bom), *vendored])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _direct(root: Component, bom: Bom) -> list[Component]:
    known = {part.bom_ref: part for part in bom.components}
    entry = next(one for one in bom.dependencies if one.ref == root.bom_ref)
    return [known[one.ref] for one in entry.dependencies]


def _wants(one: Wheel) -> list[str]:
    """The names a part cannot do without somewhere; what is only for one of its extras is not there."""
    found = [Requirement(line) for line in one.about.get_all("Requires-Dist", [])]
    return [want.name for want in found if want.marker is None or "extra" not in str(want.marker)]


def _component(found: Sequence[Wheel], kind: ComponentType) -> Component:
    one = found[0]
    purl = PackageURL("pypi", name=one.name, version=one.version)
    files = [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION,
            url=XsUri(f"wheels/{wheel.path.name}"),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=wheel.digest)],
        )
        for wheel in found
    ]
    return Component(
        name=one.name,
        version=one.version,
        type=kind,
        bom_ref=str(purl),
        purl=purl,
        description=one.about["Summary"],
        licenses=_licence(one.about),
        external_references=files,
    )


def _licence(about: Message) -> list[LicenseExpression | DisjunctiveLicense]:
    """As the package says it: its expression, else its own words, else the classifiers'."""
    if said := about["License-Expression"]:
        return [LicenseExpression(value=said)]
    words = about["License"] or ""
    if words and len(words) <= LICENCE_MOST and "\n" not in words:
        return [_named(words)]
    lines = about.get_all("Classifier", [])
    return [_named(line.rpartition(" :: ")[2]) for line in lines if line.startswith("License :: ")]


def _named(words: str) -> DisjunctiveLicense:
    known = fixup_id(words)
    return DisjunctiveLicense(id=known) if known else DisjunctiveLicense(name=words)


def _vendored(it: dict[str, str]) -> Component:
    """What the pages carry with them (vendor.toml)."""
    group, _, name = it["name"].rpartition("/")
    purl = PackageURL("npm", namespace=group or None, name=name, version=it["version"])
    return Component(
        name=name,
        group=group or None,
        version=it["version"],
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        description=it["what"],
        licenses=[LicenseExpression(value=it["licence"])],
    )
