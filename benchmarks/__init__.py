"""Benchmarks: how fast, how large and how right, each beside a peer or a physical limit of the same run."""
