"""Webhooks: others are told of what happens, signed, in order, for days if need be (events.md §4).

addresses.py    which addresses may be sent to
secrets.py      what signs
actions.py      what people may do with a webhook, and how the list can be asked
"""
