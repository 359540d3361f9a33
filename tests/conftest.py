"""One hypothesis profile for all tests: the same examples on every run and every machine."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "nntui",
    derandomize=True,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("nntui")
