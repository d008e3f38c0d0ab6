"""Jobs: long work with progress, kept in the database and done by a worker in batches (billing.md §6).

kind.py      what a colleague writes: a `JobKind`, whose `step` does one batch and saves its `Progress`; `enqueue()`
kinds.py     the table of all kinds, and of what the clock starts
running.py   what a worker does with a job: claim it, keep it, save a batch, end it; the fence that keeps zombies out
actions.py   what people may do with jobs, and how their list is asked
"""
