"""What is seen: the app, its screens and widgets, keys and colours. The only room with Textual."""

import os

# What a key has changed is painted at Textual's next tick: 8 ms away at most, not 17.
os.environ.setdefault("TEXTUAL_FPS", "120")
