"""GS1's published Barcode Syntax Dictionary as the module that keeps its entries: `python tests/gs1_dictionary.py FILE`."""

import re
import sys
from pathlib import Path

MODULE = Path(__file__).resolve().parent.parent / "edge" / "codes" / "gs1" / "dictionary.py"


def entries(published: str) -> tuple[str, str]:
    """Release, and the file's entries without notes and titles, their words one space apart, a line each."""
    release = re.search(r"^# Release: (\S+)$", published, re.MULTILINE)
    if release is None:
        raise ValueError("no line `# Release: …`: this is not GS1's Barcode Syntax Dictionary")
    lines = (line.partition("#")[0].split() for line in published.splitlines())
    return release[1], "\n".join(" ".join(words) for words in lines if words)


def rewritten(module: str, published: str) -> str:
    """The module's text with the release and entries of that file."""
    release, lines = entries(published)
    head = re.sub(r'RELEASE = "[^"]*"', f'RELEASE = "{release}"', module.partition('ENTRIES = """')[0])
    return f'{head}ENTRIES = """\n{lines}\n"""\n'


if __name__ == "__main__":
    MODULE.write_text(rewritten(MODULE.read_text(), Path(sys.argv[1]).read_text()))
