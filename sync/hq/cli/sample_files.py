"""`noren hq sample-files`: the sample chain's files, for a chain that wants to see how its own would look."""

from pathlib import Path

import click

from edge.platform.clock import now
from sync.hq.cli.options import plain_errors
from sync.hq.sample.tables import README_FILE, copy_sample


@click.command("sample-files")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def sample_files(folder: Path) -> None:
    """Write the sample chain's files into a folder, ready for `noren hq push`; README.md there explains them."""
    with plain_errors():
        click.echo(f"{copy_sample(folder, now().time)} files in {folder}; begin with {folder / README_FILE}")
