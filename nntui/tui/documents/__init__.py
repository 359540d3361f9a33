"""The documents of the screen: loading, opening, saving."""
