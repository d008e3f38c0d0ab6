"""Imports: a file's rows, each an operation on the road of all writes (in-and-out.md §2).

uploads.py    files in the database, piece by piece, so that any worker on any machine can read them
sniffing.py   what a file is written in: format, encoding, separator
readers.py    a file's rows as cells, one by one
cells.py      what people write in cells, as the values that operations take
kinds.py      what can be imported: columns, headings, by what a row is known again
rows.py       one row as one operation; many rows in one transaction
job.py        the work itself: rows are read into the database once, then done batch by batch
results.py    the same file again, with what became of each row
actions.py    how one is asked for
"""
