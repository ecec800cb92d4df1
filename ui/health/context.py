"""What the checks look at: the settings, the store's databases, the machine, and the web process if they run in it."""

from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.config.toml_schema import Config
from edge.platform.clock import Now
from edge.store_context import StoreContext
from ui.health.box_health import Health, PagesState
from ui.health.finding import NotKnown


class CheckContext:
    """One look at the box. What could not be opened is named when a check asks for it.

    `unopened`: why the databases could not be; `locked`: for want of their key.
    `root` is above /sys, /etc and /opt; tests lay out a machine of their own in a folder.
    """

    def __init__(
        self,
        *,
        moment: Now,
        config: Config | None,
        shop: StoreContext | None,
        unopened: str = "",
        locked: bool = False,
        pages: PagesState | None = None,
        root: Path = Path("/"),
        path: Path | None = None,
    ) -> None:
        self.moment, self.root, self.path = moment, root, path
        self._config, self._shop, self._unopened, self._pages = config, shop, unopened, pages
        self._locked = locked

    @property
    def config(self) -> Config:
        """noren.toml. Raises NotKnown."""
        if self._config is None:
            raise NotKnown("settings")
        return self._config

    @property
    def shop(self) -> StoreContext:
        """The store's databases, and the settings in force. Raises NotKnown."""
        if self._shop is None:
            raise NotKnown("databases", why=self._unopened) if self._config else NotKnown("settings")
        return self._shop

    def require_key(self) -> None:
        """Nothing can be said of the databases' pages without their key. Raises NotKnown."""
        if self._locked:
            raise NotKnown("databases", why=self._unopened)

    @property
    def config_in_force(self) -> Config:
        """With HQ's stations and devices over noren.toml, if the databases can be read. Raises NotKnown."""
        return self._shop.config if self._shop else self.config

    @property
    def store(self) -> str:
        """The store's id; empty if the settings cannot be read."""
        return self._config.store.id if self._config else ""

    @property
    def box(self) -> str:
        """The box's id; empty if the databases cannot be read."""
        return self._shop.box.id if self._shop else ""

    @property
    def zone(self) -> ZoneInfo:
        """The store's own; UTC if the settings cannot be read."""
        return self._config.zone if self._config else ZoneInfo("UTC")

    @property
    def in_web(self) -> bool:
        return self._pages is not None

    @property
    def pages(self) -> PagesState:
        """The web process's own. Raises NotKnown."""
        if self._pages is None:
            raise NotKnown("pages_only")
        return self._pages

    @cached_property
    def health(self) -> Health:
        """What the databases say. Raises NotKnown."""
        return Health(self.shop, self.moment)

    @property
    def data(self) -> Path:
        """The folder of the databases, which is there. Raises NotKnown."""
        folder = Path(self.config.store.data)
        if not folder.is_dir():
            raise NotKnown("no_data_folder", folder=str(folder))
        return folder
