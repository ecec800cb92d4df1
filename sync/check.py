"""The faults that sync finds in noren.toml before it starts: broker, keys, the files that are named."""

import os
from collections.abc import Iterator
from functools import partial

from edge.check import CREDENTIALS_DIRECTORY_VARIABLE
from edge.config.toml_schema import BadConfig, Config
from edge.key_files.data_key_file import key_if_readable
from edge.validation.fault import Fault
from sync.transport.broker import read_broker
from sync.trust import trusted_keys


def config_faults(config: Config) -> Iterator[Fault]:
    """Every fault, found by the same functions that read the settings for the MQTT connection."""
    hq, key = config.hq, key_if_readable(config, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE))
    for read in (
        partial(read_broker, hq, key),
        partial(trusted_keys.enrolled_keys, hq),
        partial(trusted_keys.own_key, hq, key),
    ):
        try:
            read()
        except BadConfig as bad:
            yield from bad.faults
