"""What may be done and asked: every write is an operation, every read a selection."""
