"""What both doors share of HTTP: the request, negotiation of languages and media types, pages and their assets."""
