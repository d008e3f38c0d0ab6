"""Money runs by itself (billing.md).

months.py     calendar months counted from an anchor
terms.py      versions of a tariff's terms, and which a contract has
policy.py     the one billing policy, and how it is changed
ladder.py     settling a contract's months: charge, suspend, resume, remind, terminate
changes.py    changes of tariff and terms that wait for their day, or are made now
settled.py    the unit of work of all that: what is read for it, what it has made, how that is written
promises.py   promised payments, postponed suspensions, waived months
run.py        a billing run, repricing: the same for everybody, as jobs
"""
