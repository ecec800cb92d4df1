"""What is wrong with the data key, for the check of the settings."""

import logging
from collections.abc import Iterator
from pathlib import Path

from edge.config.toml_schema import BadConfig, Config
from edge.crypto.page_cipher import is_encrypted
from edge.key_files.data_key_file import WrongKey, find_key, key_path
from edge.key_files.key_proof import header_bytes
from edge.key_files.unlocking import DATABASE_FILES, check_key_fits
from edge.validation.fault import Fault

log = logging.getLogger(__name__)


def key_file_faults(config: Config, handed: str | None) -> Iterator[Fault]:
    """Each fault; no key is made, and no database is opened."""
    folder = Path(config.store.data)
    try:
        found = find_key(config, handed)
        if found:
            check_key_fits(config, found)
        elif there := [name for name in DATABASE_FILES if is_encrypted(header_bytes(folder / name))]:
            what = f"{' and '.join(there)} cannot be read: no data key was handed by systemd, and none is in {key_path(config)}"
            yield Fault("store.key", what, sealed=True)
    except WrongKey as error:
        yield Fault("store.key", str(error))
    except BadConfig as error:
        yield from error.faults
    except OSError as error:  # of a database: a user who may not read it gets that as a fault of its own
        log.info("the data key cannot be compared: %s", error)
