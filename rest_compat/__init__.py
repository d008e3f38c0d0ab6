"""The documented REST API: a projection of the schema on the documented paths, bodies and spellings."""
