"""Before a process opens the two files: plain files are encrypted, damaged ones are repaired or rebuilt."""

from pathlib import Path

from edge.config.toml_schema import Config
from edge.db_files import repair, replica_rebuild
from edge.db_files.encryption_migration import encrypt_files
from edge.disk import reserve
from edge.platform.clock import now
from edge.platform.sqlite_file import STORE_DB


def prepare_databases(config: Config, *, within: float) -> None:
    """`within`: seconds that are spent on reading each file's pages. Raises InUse, NoRoom, NewerDatabase."""
    folder = Path(config.store.data)
    if folder.exists():
        reserve.release_start_reserve(folder)
        encrypt_files(folder)
        repair.repair_store_if_damaged(folder, config.store.id, now(), within=within)
    if (folder / STORE_DB).exists():
        replica_rebuild.rebuild_if_unreadable(folder, now(), within=within)
