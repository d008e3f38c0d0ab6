"""What the documentation of the REST API says, in Russian: by the English text that stands beside the declaration."""

RUSSIAN: dict[str, str] = {}
