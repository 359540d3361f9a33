"""What several rooms' tests share: random experiments, oracles written by other hands."""
