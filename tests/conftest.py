"""How many examples hypothesis tries, how often Python looks for garbage, what Ctrl-C does.

The examples are the same ones on every run and every machine. The deep tests try more:
``pytest -m "deep or hypothesis" --hypothesis-profile=deep``.
"""

import gc
import signal

from hypothesis import HealthCheck, settings

# A shell without job control starts what runs in the background with Ctrl-C ignored, and so would
# be every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
