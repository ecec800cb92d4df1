"""`noren hq sign`: HQ's signature on an update package; boxes verify it before they install the package."""

from pathlib import Path

import click
import msgspec

from edge.platform.set_aside import fsync_files
from sync.hq.cli.options import folder_option, plain_errors
from sync.hq.enrolment import founding
from sync.hq.enrolment import keys as hq_keys
from sync.hq.errors import NotPossible
from sync.update import package, seal
from sync.update.package import BadPackage


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@folder_option
def sign(file: Path, folder: Path) -> None:
    """Sign an update package FILE, as `./dev bundle` makes it, for this chain's boxes; the signature is written to FILE.sig."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        here = founding.read_founded(db)
        if here is None:
            raise NotPossible(f"{folder}: not founded. Run `noren hq init --dir {folder}` first.")
        try:
            found = package.read_package(file)
            package.version_order(found.version)
        except BadPackage as why:
            raise NotPossible(f"{file} is not signed: {why}") from None
        said = seal.sign_package(hq_keys.read_hq_key(folder), here.chain, found)
        _put(seal.seal_path(file), msgspec.json.encode(said) + b"\n")
    click.echo(
        f"Noren {found.version}, {found.files} files, is signed for chain `{here.chain}` with HQ's key {said.key}"
    )
    click.echo(f"{seal.seal_path(file)} goes to the boxes with it; there: noren verify {file.name}")


def _put(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    fsync_files(part)
    part.replace(path)
