"""Questions about a run's past: writes, causes, origins, histories, paths to the loss."""
