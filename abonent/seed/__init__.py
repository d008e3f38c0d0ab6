"""Data to begin with: `demo`, a small telling set made through the operations; `scale`, as much as is asked for."""
