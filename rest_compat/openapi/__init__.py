"""The REST API described for programs and for people, from the declarations that answer its calls."""
