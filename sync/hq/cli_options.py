"""What HQ's commands have in common: the folder, the broker, and how an error is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from sync.hq.founding import NotPossible

BROKER = "mqtt://127.0.0.1:1883"

folder_option = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Headquarters' folder: its database and keys.",
)
broker_option = click.option(
    "--broker",
    default=BROKER,
    show_default=True,
    help="Where stores and HQ meet: mqtt://host:port or mqtts://host:port; a cluster's nodes with commas between.",
)

encoding_option = click.option(
    "--encoding", default="utf-8-sig", show_default=True, help="How the file is written; Excel in Japan: cp932."
)


@contextmanager
def plainly() -> Iterator[None]:
    """What cannot be done is one plain sentence and exit code 1."""
    try:
        yield
    except NotPossible as error:
        raise click.ClickException(str(error)) from None
