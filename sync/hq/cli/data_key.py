"""`noren hq data-key`: a box's data key opened, for a box that took its place or has lost it."""

from pathlib import Path

import click

from edge.crypto.data_key import data_key_to_text
from edge.key_files.private_file import write_secret
from sync.hq.cli.options import folder_option, plain_errors
from sync.hq.enrolment import founding, recovery_key
from sync.hq.errors import NotPossible


@click.command("data-key")
@click.argument("sealed", required=False)
@click.option(
    "--out", type=click.Path(path_type=Path), help="The file to write the key to; carry it to the box by hand."
)
@folder_option
def data_key(sealed: str | None, out: Path | None, folder: Path) -> None:
    """Open the sealed data key of a box: SEALED is the sealed line, a backup, or the file data-key.sealed.

    Without SEALED: print the line for [hq] in a box's noren.toml; with it, the box seals its backups for this headquarters.
    """
    with plain_errors(), founding.open_headquarters(folder) as db:
        if sealed is None:
            click.echo(recovery_key.recovery_line(db, folder))
            return
        if out is None:
            raise NotPossible("say with --out which file the key shall be written to")
        one = recovery_key.read_sealed_key(sealed)
        key = recovery_key.open_key_of_box(folder, one)
        try:
            write_secret(out, data_key_to_text(key) + "\n")
        except OSError as error:
            raise NotPossible(f"{out}: {error.strerror}") from None
    click.echo(
        f"{out}: the data key of a box of store `{one.store}`. Whoever has it reads that box's card and backups: carry it there "
        "by hand, and delete it when it is used."
    )
