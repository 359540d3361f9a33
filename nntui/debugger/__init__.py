"""How a run is controlled: steps and their reverses, looking at values, the gradient check."""
