"""The worker: it does the jobs that wait in the database (resolvers/jobs), and starts those whose hour has come.

worker.py    one worker, inside whatever event loop it is given: `abonent serve`'s, `abonent work`'s, a test's
process.py   `abonent work`: a process that does nothing else
"""
