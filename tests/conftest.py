"""What holds for every test of every folder."""

from collections import defaultdict

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import HealthCheck, settings

# A machine with other work on it is slow, and no test is about that: examples have no deadline, and may take their time to be made.
# The rest is as hypothesis chose it: under CI the same examples each time.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


PRACTICE = "practice"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A practice's row goes with the report of its tests, whichever process runs them."""
    for item in items:
        if (row := item.get_closest_marker(PRACTICE)) is not None:
            item.user_properties.append((PRACTICE, row.args[0]))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """A line for each practice that was played: `practice  6  ok`."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.getreports(outcome):
            for name, row in getattr(report, "user_properties", ()):
                if name == PRACTICE:
                    found[int(row)].add(outcome)
    for row, outcomes in sorted(found.items()):
        terminalreporter.write_line(f"practice {row:2}  {'ok' if outcomes == {'passed'} else 'not ok'}")
