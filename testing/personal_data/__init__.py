"""The personal-data check: what the tests' customers and keys are made of, and where it may be."""
