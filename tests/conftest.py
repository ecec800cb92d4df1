"""What holds for every test of every folder."""

from hypothesis import HealthCheck, settings

# A machine with other work on it is slow, and no test is about that: examples have no deadline, and may take their time to be made.
# The rest is as hypothesis chose it: under CI the same examples each time.
settings.register_profile("any machine", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
