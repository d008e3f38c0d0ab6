"""Registers of payment providers, laid beside our payments (in-and-out.md §3).

providers.py   who sends them, and how they are written
matching.py    a file's rows, and what our payments say to each
job.py         the work: read, matched, what is ours alone; what is theirs alone is posted by another job
actions.py     how it is asked for, and how a row is settled by hand
"""
