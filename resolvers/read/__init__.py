"""Reads: a selection becomes one SQL statement that builds the JSON in the database."""
