"""How many examples hypothesis tries: the same ones on every run and every machine.

The deep tests try more: ``pytest -m "deep or hypothesis" --hypothesis-profile=deep``.
"""

from hypothesis import HealthCheck, settings

for profile, max_examples in {"quick": 20, "deep": 150}.items():
    settings.register_profile(
        profile,
        derandomize=True,
        deadline=None,
        max_examples=max_examples,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("quick")
