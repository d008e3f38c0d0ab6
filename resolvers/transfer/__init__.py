"""In and out: whole lists as files."""
