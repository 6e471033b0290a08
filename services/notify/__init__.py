"""Notify: what people are told, by every channel, and the proof that they were.

Owns the delivery ledger (one row per event, recipient and channel), notifications, e-mail, webhooks, chat rooms,
preferences, the live stream and presence; keeps small replicas of tickets (number, subject, client, turn), queues,
types and people. Commands: read and read all, retry a delivery, set preferences, unsubscribe, manage webhooks and chat
rooms, take a stream ticket, be present, take mail in and deal with it (as its writer, at the routes of ticket and
attachments), revive an address, erase a person.
Events out: inbox.parked alone. Events in: ticket, flow, type, queue, setting, attachment, person, profile,
link and inbox. Asks identity for the address of a one-time link when its letter leaves, and keeps none.
"""
