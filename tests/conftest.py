"""How many examples hypothesis tries, and how often Python looks for garbage.

The examples are the same ones on every run and every machine. The deep tests try more:
``pytest -m "deep or hypothesis" --hypothesis-profile=deep``.
"""

import gc

from hypothesis import HealthCheck, settings


def pytest_collection_finish() -> None:
    """Search for garbage seldom, and not in what thousands of tests are.

    It took a third of the processor's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000_000, 50, 50)


for profile, max_examples in {"quick": 12, "deep": 150}.items():
    settings.register_profile(
        profile,
        derandomize=True,
        deadline=None,
        max_examples=max_examples,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("quick")
