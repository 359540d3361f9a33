"""Steps explained: formulas in symbols and numbers, words, the lines of the algorithm."""
