"""`noren hq refused`: what came from the stores and HQ did not take, by reason."""

from pathlib import Path

import click
import msgspec

from edge.platform.database import rows
from sync.hq.cli.options import folder_option, plain_errors
from sync.hq.enrolment import founding
from sync.hq.ingest.message_auth import OTHER_STORE
from sync.hq.projections import cancelled_handovers
from sync.hq.queries import unknown_members
from sync.hq.queries.unknown_members import RefusalReason
from sync.hq.text_table import table

# what a person may have to look into; the others are messages that could not be read
REASON_WORDS = {
    "key": "a message that no enrolled store has signed",
    OTHER_STORE: "a message in another store's name or on its topic",
    "late_question": "a question HQ came to when nobody waited any more",
    RefusalReason.TOO_FAST: "a question about a member, too soon behind others",
    RefusalReason.OVER_BUDGET: "a question about a member, above what is the store's way",
    unknown_members.UNPROVEN_MEMBER: "a question about a member without the proof that their code has, or with a used one",
    cancelled_handovers.NOT_ITS_OWN_REASON: "a conflict about an order that is not the store's own",
}


@click.command("refused")
@folder_option
@click.option("--store", help="Only this store's.")
@click.option("--json", "raw", is_flag=True, help="For programs: a list of objects.")
def show_refused(folder: Path, store: str | None, raw: bool) -> None:
    """Show how often HQ has not taken what a store's account said, why, and when last."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = rows(
            db,
            "select store, reason, times, last from refusals where ? is null or store = ? order by store, reason",
            (store, store),
        )
    if raw:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    cells = [
        [row["store"], row["reason"], row["times"], row["last"], REASON_WORDS.get(row["reason"], "-")] for row in found
    ]
    click.echo(table(["store", "reason", "times", "last", "what that is"], cells))
