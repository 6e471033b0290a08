"""Attachments: the files of tickets, from the first byte sent to the last byte removed.

Owns files' metadata, uploads, checks, and the counted contents in the object store; keeps small replicas of tickets
(which are deleted), of types (what files they take) and of people. Who may add, read or remove a file is the ticket
service's to say: it is asked each time. Commands: begin and complete an upload, remove a file, give a link; in the
background check, store or reject, tidy up. Events out: attachment.stored, attachment.rejected, attachment.removed,
inbox.parked. Events in: ticket.deleted, ticket.erased, type.changed, person.changed, profile.changed.
"""
