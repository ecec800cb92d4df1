"""Messages from the shell, to try the protocol without writing a program: see "HQ by hand" in sync/README.md."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from edge.crypto.sealed_secret import is_sealed
from sync.hq.enrolment import keys
from sync.hq.errors import NotPossible
from sync.hq.schema import HQ_DB, open_hq_store
from sync.protocol import envelope
from sync.protocol.ed25519_keys import BadKey, PublicKeys, SigningKey, private_from_text
from sync.protocol.messages import BODY_ROWS, Ack, AnyHeader, EventRow, Events, FeedRow, Row

_folder = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Headquarters' folder: whose keys are believed.",
)


@click.group()
def by_hand() -> None:
    """Sign and read the messages of store and headquarters."""


def _key(path: Path) -> SigningKey:
    """HQ's key (hq-key.json) or a store's (store-signing.key)."""
    try:
        return (
            keys.read_hq_key(path.parent, path.name)
            if path.suffix == ".json"
            else private_from_text(path.read_text(encoding="utf-8"))
        )
    except NotPossible as error:
        raise click.ClickException(str(error)) from None
    except (BadKey, UnicodeDecodeError) as error:
        if is_sealed(path.read_bytes()):
            raise click.ClickException(
                f"{path} is sealed with its box's data key: `noren seal-keys --open` there"
            ) from None
        raise click.ClickException(f"{path}: not a signing key: {error}") from None


@by_hand.command()
@click.option("--key", "path", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=True)
@click.option("--topic", required=True, help="Where it will be published: the signature holds only there.")
@click.option("--header", "head", required=True, help='The header as JSON: {"type":"ack",…}.')
@click.option("--rows", "lines", default="", help="The rows as JSON lines.")
def seal(path: Path, topic: str, head: str, lines: str) -> None:
    """Print a signed message, for `mosquitto_pub -s`."""
    try:
        header = msgspec.json.decode(head, type=AnyHeader)
        rows: list[Row] = [msgspec.json.decode(line, type=_row(header)) for line in lines.splitlines()]
        message = envelope.seal_message(topic, header, rows, _key(path))
    except (msgspec.DecodeError, envelope.MessageTooBig, ValueError) as error:
        raise click.ClickException(str(error)) from None
    sys.stdout.buffer.write(message)


def _row(header: AnyHeader) -> type:
    row = BODY_ROWS.get(type(header))
    if row is None:
        raise ValueError(f"a message of type {header.__struct_config__.tag!r} has no rows")
    return row


@by_hand.command("open")
@_folder
def open_(folder: Path) -> None:
    """Print messages readable as they come in: lines of topic and payload in hex, from `mosquitto_sub -F '%t %x'`."""
    for topic, message in _heard(folder):
        click.echo(f"{topic}  signed by {message.key_id}")
        click.echo(f"  {msgspec.json.encode(message.header).decode()}")
        for row in message.rows:
            click.echo(f"  {_line(row)}")
        sys.stdout.flush()


@by_hand.command()
@_folder
def ack(folder: Path) -> None:
    """Print the header that acknowledges a batch of events; lines as for `open`."""
    for _, message in _heard(folder):
        match message.header:
            case Events() as batch if message.rows:
                row = message.rows[-1]
                kept = Ack(epoch=batch.epoch, lane=batch.lane, seq=row.seq, ordinal=row.ordinal, hash=batch.hash)
                click.echo(msgspec.json.encode(kept))
            case _:
                raise click.ClickException("only batches of events are acknowledged")


def _heard(folder: Path) -> Iterator[tuple[str, envelope.Message]]:
    """The messages on the standard input that HQ or one of its stores signed; for others the reason is printed."""
    trusted = _trusted(folder)
    for line in sys.stdin:
        topic, _, payload = line.strip().partition(" ")
        try:
            yield topic, envelope.open_message(topic, bytes.fromhex(payload), trusted)
        except ValueError:
            raise click.ClickException("expected lines of topic and payload in hex: mosquitto_sub -F '%t %x'") from None
        except envelope.MessageRefusal as refused:
            click.echo(f"{topic}  refused: {refused.why}", err=True)


def _trusted(folder: Path) -> PublicKeys:
    """HQ's own keys and those of its stores."""
    if not (folder / HQ_DB).exists():
        raise click.ClickException(f"{folder}: no headquarters here. Run `noren hq init --dir {folder}` first.")
    db = open_hq_store(folder)
    try:
        return {**keys.read_stores(db).keys, **{key.id: key.public for key in keys.hq_keys(folder)}}
    finally:
        db.conn.close()


def _line(row: Row) -> str:
    match row:
        case EventRow(event=str(event)):
            return f"{row.seq} ({row.ordinal})  {event}"
        case EventRow():
            return f"{row.seq} ({row.ordinal})  opaque: {row.raw().hex()}"
        case FeedRow():
            return f"{row.version}  {row.key}  {row.text or 'deleted'}"
        case _:
            return bytes(row).decode()


if __name__ == "__main__":
    by_hand()
