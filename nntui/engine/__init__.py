"""Computing an experiment: the algorithm, the schedule of its steps, runs that can be moved."""
