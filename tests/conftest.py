"""How many examples hypothesis tries, and how often Python looks for garbage.

The examples are the same ones on every run and every machine. The deep tests try more:
``pytest -m "deep or hypothesis" --hypothesis-profile=deep``.
"""

import gc

from hypothesis import HealthCheck, settings

# Every search for garbage goes through all that thousands of tests keep alive, which took a fifth
# of their time.
gc.set_threshold(200_000, 50, 50)

for profile, max_examples in {"quick": 20, "deep": 150}.items():
    settings.register_profile(
        profile,
        derandomize=True,
        deadline=None,
        max_examples=max_examples,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("quick")
