"""Webhooks: others are told of what happens, signed, in order, for days if need be (events.md §4).

addresses.py    which addresses may be sent to
secrets.py      what signs
network.py      connections to receivers
sending.py      one POST to a receiver
actions.py      what people may do with a webhook, and how the list can be asked
deliveries.py   how what was sent can be asked
keeping.py      what a worker keeps of deliveries; `abonent/courier/` is the worker
"""
