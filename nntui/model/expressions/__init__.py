"""The language of expressions: parsed without eval, checked, bounded in length and depth."""
