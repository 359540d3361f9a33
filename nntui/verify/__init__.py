"""Holds someone's numbers against the run and names the mistake that makes them."""
