"""The benchmarks, one class to a file."""
