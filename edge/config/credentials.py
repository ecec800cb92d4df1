"""Where a process finds a file of the folder of keys: only systemd may look into it, and hands copies to who needs them."""

from pathlib import Path

KEYS = Path("/etc/noren/keys")  # root's alone (systemd/noren.tmpfiles)
HANDED = Path("/run/credentials")  # systemd.exec(5): a folder for each unit, which it is told of by the environment
PREFIX = "hq_"  # LoadCredential=hq:/etc/noren/keys in the units


def as_seen_here(file: str, own: str | None) -> str:
    """The path by which this process reads a file that settings name where it lies, or as one unit sees it.

    Both are the same file: a unit that was handed the keys finds its copy in its `own` folder ($CREDENTIALS_DIRECTORY),
    whoever is started by hand the file itself. A unit that was handed something else (the data key) has none of these.
    """
    path = Path(file)
    name = None
    if path.parent == KEYS:
        name = path.name
    elif path.is_relative_to(HANDED) and path.name.startswith(PREFIX):
        name = path.name.removeprefix(PREFIX)
    if name is None:
        return file
    was_handed = own is not None and any(Path(own).glob(f"{PREFIX}*"))
    return str(Path(own) / f"{PREFIX}{name}" if own and was_handed else KEYS / name)
