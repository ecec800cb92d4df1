"""Facts about a config of HQ's at the store: one for each stage, from its arrival until it is kept or is not."""

from typing import Annotated

from msgspec import Meta

from edge.facts.fact import RelayedFact


class ConfigStage(RelayedFact, frozen=True, kw_only=True):
    """The stage of a config of HQ's at the store; each stage is a type of its own."""

    version: Annotated[int, Meta(ge=0)]
    epoch: str  # of the feed


class ConfigReceived(ConfigStage, frozen=True, kw_only=True):
    """The store has a config of HQ's and has not checked it yet."""

    TYPE = "config.received"


class ConfigValidated(ConfigStage, frozen=True, kw_only=True):
    """A config has no fault."""

    TYPE = "config.validated"


class ConfigTrial(ConfigStage, frozen=True, kw_only=True):
    """The store tries a config."""

    TYPE = "config.trial"


class ConfigKept(ConfigStage, frozen=True, kw_only=True):
    """The store uses a config. Keys that its version does not know are named in `not_used`."""

    TYPE = "config.kept"

    not_used: tuple[str, ...] = ()  # keys, such as `policy.pickup.lockers`


class ConfigRefused(ConfigStage, frozen=True, kw_only=True):
    """A config was never tried because it has a fault."""

    TYPE = "config.refused"

    reason: str
    path: str  # row and key, such as `policy.check_in.miles`


class ConfigRolledBack(ConfigStage, frozen=True, kw_only=True):
    """A config was not kept: its trial failed or did not end, or a newer one took its place. The last good one is in force."""

    TYPE = "config.rolled_back"

    reason: str


FACTS = (
    ConfigReceived,
    ConfigValidated,
    ConfigTrial,
    ConfigKept,
    ConfigRefused,
    ConfigRolledBack,
)
