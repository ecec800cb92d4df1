"""The version of Noren: that of the installed package, or of the source tree it runs from."""

import tomllib
from importlib import metadata
from pathlib import Path

PYPROJECT_FILE = Path(__file__).parents[2] / "pyproject.toml"


def version() -> str:
    """`0.1.0`, or `0.1.0+source` if it runs from its source tree and no package was built."""
    try:
        return metadata.version("noren")
    except metadata.PackageNotFoundError:
        project = tomllib.loads(PYPROJECT_FILE.read_text(encoding="utf-8"))["project"]
        return f"{project['version']}+source"
