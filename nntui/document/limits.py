"""How large things may be. Each limit is named in the error of what goes past it."""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 64 * 2**20
"""Bytes in a document or a CSV file."""

MAX_DEPTH: Final = 100
"""Lists and objects within each other."""

MAX_NEURONS: Final = 100_000
MAX_CONNECTIONS: Final = 1_000_000
MAX_SAMPLES: Final = 100_000
MAX_BATCH_SIZE: Final = 1_000_000_000

MAX_NAME_LENGTH: Final = 200
"""Characters in a document's name."""

MAX_DESCRIPTION_LENGTH: Final = 64 * 2**10
"""Characters in a description."""

MAX_DEBUGGER_BYTES: Final = 2**20
"""Bytes of JSON in the section ``debugger``."""
