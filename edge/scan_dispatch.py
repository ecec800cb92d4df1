"""Which feature answers a scan: a table of station role and class of code, made once of what the features declare."""

from collections.abc import Iterable, Mapping

from edge.codes.parsed_code import Unknown
from edge.codes.separators import lacks_separator
from edge.config.station_role import Role
from edge.features.feature import Feature, ScanAnswer
from edge.features.outcome import NotHere, NotUnderstood, Outcome
from edge.scan.context import ScanContext

DispatchTable = Mapping[tuple[Role, type], ScanAnswer]


def dispatch_table(features: Iterable[Feature]) -> DispatchTable:
    """Who answers which class of code at which role. Raises ValueError if a pair is claimed twice."""
    claimed: dict[tuple[Role, type], tuple[str, ScanAnswer]] = {}
    for feature in features:
        for (roles, code), answer in feature.answers.items():
            for role in sorted(roles):
                if other := claimed.get((role, code)):
                    raise ValueError(f"{code.__name__} at {role} is answered by both {other[0]} and {feature.name}")
                claimed[role, code] = feature.name, answer
    return {pair: answer for pair, (_, answer) in claimed.items()}


def dispatch(answers: DispatchTable, case: ScanContext) -> Outcome:
    """The outcome of the scan; its facts and its changes are written inside the caller's transaction."""
    meaning = case.meaning
    if isinstance(meaning, Unknown):
        return NotUnderstood(reason=meaning.reason, no_separator=lacks_separator(case.scan.data, case.scan.aim))
    answer = answers.get((case.role, type(meaning))) if case.role else None
    return answer(case, meaning) if answer else NotHere(what=type(meaning).__name__)
