"""Settings, keys and databases as files: what is in them, who may read them, and whether the keys are sealed."""

import pwd
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from edge.check import all_config_faults
from edge.config.toml_schema import BadConfig, Config
from edge.key_files.data_key_file import key_path
from edge.key_files.own_secrets import secret_files
from ui.health.check import CheckResult
from ui.health.context import CheckContext
from ui.health.finding import NotKnown

OTHERS_RIGHTS = stat.S_IRWXG | stat.S_IRWXO  # a secret is its owner's alone
ANYBODY_WRITES = stat.S_IWOTH
DATABASE_FILES = ("store.db", "hq.db")


def settings(context: CheckContext) -> Iterator[CheckResult]:
    """The faults that `noren check` finds. Only their number: a fault quotes what is written, which may be a secret."""
    if context.path is None:
        raise NotKnown("settings")
    try:
        found = [fault for fault in all_config_faults(context.path) if not (fault.sealed or fault.unseen)]
    except BadConfig as error:
        found = list(error.faults)
    file = str(context.path)
    yield (
        CheckResult("faulty", file, {"file": file, "count": len(found)})
        if found
        else CheckResult("ok", file, {"file": file})
    )


def permissions(context: CheckContext) -> Iterator[CheckResult]:
    """Whether only those may read and write a file who must; files this user may not look at are passed over."""
    config, data = context.config, context.data
    secrets = _there([key_path(config), *secret_files(config).values()])
    databases = _there(data / name for name in DATABASE_FILES)  # encrypted: who reads one without the key has nothing
    wrong = [_result("open", file) for file in secrets if _is_open(file)]
    wrong += [_result("wide", file) for file in databases if _is_open(file)]
    if context.path and _there([context.path]) and context.path.stat().st_mode & ANYBODY_WRITES:
        wrong.append(_result("open", context.path))
    wrong += _foreign(data)
    yield from wrong or [CheckResult("ok", args={"count": len(secrets) + len(databases)})]


def _result(state: str, file: Path) -> CheckResult:
    return CheckResult(state, str(file), {"file": str(file), "mode": f"{stat.S_IMODE(file.stat().st_mode):04o}"})


def _there(files: Iterable[Path]) -> list[Path]:
    """Those of the files that exist and whose folder this user may enter."""
    found = []
    for file in files:
        try:
            file.stat()
        except OSError:
            continue
        found.append(file)
    return found


def _is_open(file: Path) -> bool:
    """Whether others than its owner may use it; what its folder keeps from everybody else counts as kept."""
    folder_closed = not file.parent.stat().st_mode & OTHERS_RIGHTS
    return bool(file.stat().st_mode & OTHERS_RIGHTS) and not folder_closed


def _foreign(data: Path) -> Iterator[CheckResult]:
    """Databases of another owner than their folder's: the processes could not write them."""
    if not _there([data]):
        return
    wanted = data.stat().st_uid
    for file in _there(data / name for name in DATABASE_FILES):
        if (owner := file.stat().st_uid) != wanted:
            yield CheckResult("owner", str(file), {"file": str(file), "owner": _user(owner), "wanted": _user(wanted)})


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def data_key(context: CheckContext) -> Iterator[CheckResult]:
    """Whether the key of the databases lies on the card that it protects."""
    yield CheckResult("beside" if context.health.key_beside else "sealed")


def own_secrets(context: CheckContext) -> Iterator[CheckResult]:
    """Whether the box's secrets at HQ are as well guarded as its databases."""
    yield CheckResult("clear" if context.health.keys_in_the_clear else "ok")


def certificate_files(config: Config) -> dict[str, Path]:
    """The certificates that [hq] names, by key."""
    return {name: Path(file) for name in ("ca_file", "cert_file") if (file := getattr(config.hq, name)) is not None}
