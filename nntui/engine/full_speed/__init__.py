"""Full speed: training by whole batches, each value bit for bit that of the algorithm."""
