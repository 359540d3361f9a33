"""How an experiment is computed: the step listing, positions, runs that can be moved in time."""
