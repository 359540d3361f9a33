"""Breakpoints and watchpoints: what they are, how they are parsed, and how a run finds them."""
