"""`--config FILE`, as every command of a box takes it."""

from pathlib import Path

import click

config_option = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path, readable=False),  # what is wrong with the file is said in one place
    default=Path("/etc/noren/noren.toml"),
    show_default=True,
    help="The box's settings.",
)
