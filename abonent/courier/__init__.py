"""The courier: the part of a worker that delivers to webhooks (events.md §4).

courier.py   which webhooks are this worker's, and which have something to do
turn.py      one webhook's turn: from the log to rows that wait, from there to the receiver, what has come of it
slots.py     how many tries are under way at once, so that no receiver keeps others waiting
reading.py   which events are for a webhook, and what is sent of them
"""
