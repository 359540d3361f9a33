"""The mistakes that people make, each a variation of the right algorithm."""
