"""The options that HQ's commands share (folder, broker), and how an error is printed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import click

from edge.validation.fault import nearest_choice
from sync.hq.errors import NotPossible

DEFAULT_BROKER = "mqtt://127.0.0.1:1883"

folder_option = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Headquarters' folder: its database and keys.",
)
broker_option = click.option(
    "--broker",
    default=DEFAULT_BROKER,
    show_default=True,
    help="Where stores and HQ meet: mqtt://host:port or mqtts://host:port; a cluster's nodes with commas between.",
)

encoding_option = click.option(
    "--encoding", default="utf-8-sig", show_default=True, help="How the file is written; Excel in Japan: cp932."
)


class Zone(click.ParamType[ZoneInfo]):
    """A time zone by its IANA name."""

    name = "zone"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> ZoneInfo:
        """Raises click.BadParameter, with the name that may have been meant."""
        try:
            return ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # the last: a folder of zones, such as `Asia`
            near = nearest_choice(value, available_timezones())
            hint = f": did you mean `{near}`?" if near else ""
            self.fail(f"expected a time zone such as `Asia/Tokyo`, got `{value}`{hint}", param, ctx)


@contextmanager
def plain_errors() -> Iterator[None]:
    """What cannot be done is one plain sentence and exit code 1."""
    try:
        yield
    except NotPossible as error:
        raise click.ClickException(str(error)) from None
