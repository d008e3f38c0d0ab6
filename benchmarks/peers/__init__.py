"""Servers of other people's making, each run in an environment of its own (`benchmarks/beside_peers.py`)."""
