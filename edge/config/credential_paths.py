"""The path at which a process finds a file of the keys folder: only systemd may read the folder; it gives copies to units."""

from pathlib import Path

KEYS_FOLDER = Path("/etc/noren/keys")  # root's alone (systemd/noren.tmpfiles)
CREDENTIALS_ROOT = Path("/run/credentials")  # systemd.exec(5): a folder for each unit, named by its environment
HQ_CREDENTIAL_PREFIX = "hq_"  # LoadCredential=hq:/etc/noren/keys in the units


def readable_path(file: str, own: str | None) -> str:
    """The path at which this process reads a file that the settings name by its own path, or by the path one unit sees.

    Both are the same file: a unit that was given the keys finds its copy in its `own` folder ($CREDENTIALS_DIRECTORY), a
    process started by hand reads the file itself. A unit that was given something else (the data key) has none of these.
    """
    path = Path(file)
    name = None
    if path.parent == KEYS_FOLDER:
        name = path.name
    elif path.is_relative_to(CREDENTIALS_ROOT) and path.name.startswith(HQ_CREDENTIAL_PREFIX):
        name = path.name.removeprefix(HQ_CREDENTIAL_PREFIX)
    if name is None:
        return file
    was_handed = own is not None and any(Path(own).glob(f"{HQ_CREDENTIAL_PREFIX}*"))
    return str(Path(own) / f"{HQ_CREDENTIAL_PREFIX}{name}" if own and was_handed else KEYS_FOLDER / name)
