"""What the tests and the benchmark share: builders, fakes with memory, and the simulated AWS."""
