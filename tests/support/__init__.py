"""Random experiments and independent oracles, for the tests of several packages."""
