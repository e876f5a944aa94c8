"""A small shop that sells one thing for a payment code; README.md says how to run it."""
