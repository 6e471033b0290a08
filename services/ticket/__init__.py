"""The ticket service owns tickets: parameter values, discussion, understandings, the turn ledger and the stage history
as its record of the flow, filters, numbers, time entries, templates. It judges at once what can be judged from its own
rows and its copy of the published version; it never decides the next stage or the holder.

Commands: draft, submit, edit, advance, decide, transfer, take, schedule, wait, resume, cancel, discard, delete, reopen,
rate, comment, write an understanding, change the priority, relate, share, log time, erase a person.
Events out: ticket.* (`shared.contracts.ticket`). Events in: flow.*, catalog.*, type.*, queue.*, setting.*,
attachment.*, person.*, profile.*.
"""
