"""The workflow service: it alone decides the stage, the holder and the end of a ticket.

It owns the catalog (groups, types, published versions, queues, calendars, client kinds), the settings, running flows,
assignment, approvals and clocks, and holds no text of tickets. Commands: apply_catalog, change_setting, start_flow,
operate, refuse, strike (what is due by time), check_holders, erase_next. Events out: flow.*, catalog.published,
type.changed, queue.changed, setting.changed. Events in: ticket.*_requested, each answered exactly once; person.* and
profile.*.
"""
