"""What is wrong with the data key, for the check of the settings."""

import logging
from collections.abc import Iterator
from pathlib import Path

from edge.config.noren_toml import BadConfig, Config
from edge.crypto.page_cipher import is_encrypted
from edge.key_files.data_key_file import FILES, WrongKey, check, find, key_place
from edge.key_files.key_proof import head
from edge.validation.fault import Fault

log = logging.getLogger(__name__)


def faults(config: Config, handed: str | None) -> Iterator[Fault]:
    """Each fault; no key is made, and no database is opened."""
    folder = Path(config.store.data)
    try:
        found = find(config, handed)
        if found:
            check(config, found)
        elif there := [name for name in FILES if is_encrypted(head(folder / name))]:
            what = f"{' and '.join(there)} cannot be read: no data key was handed by systemd, and none is in {key_place(config)}"
            yield Fault("store.key", what, sealed=True)
    except WrongKey as error:
        yield Fault("store.key", str(error))
    except BadConfig as error:
        yield from error.faults
    except OSError as error:  # of a database: a user who may not read it gets that as a fault of its own
        log.info("the data key cannot be compared: %s", error)
