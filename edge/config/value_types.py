"""Types of values in noren.toml."""

from typing import Annotated

from msgspec import Meta

_NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
# `words`: the expected value in words, if the type alone does not explain it (edge/validation/expected_words.py)
Name = Annotated[str, Meta(pattern=_NAME, extra={"words": "lower-case letters, digits and hyphens, at most 40"})]
Line = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f\x7f]*\Z", extra={"words": "a text of one line"})]
DevicePath = Annotated[str, Meta(pattern=r"\A[^\x00]+\Z", extra={"words": "a path"})]
FilePath = DevicePath
