"""What a step says: its formula in symbols and numbers, its place, the listing line it runs."""
