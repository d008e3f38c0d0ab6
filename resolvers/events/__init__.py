"""The journal as others read it (events.md): nothing is kept beside it, and nothing is told twice or left out.

log.py     how far the journal has settled, and waiting until it has settled further
feed.py    a page of it: cursors, filters, the selection that both doors read
"""
