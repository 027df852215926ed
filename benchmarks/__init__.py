"""Figures that anyone can repeat: `make bench`. benchmarks/README.md keeps the last table."""
