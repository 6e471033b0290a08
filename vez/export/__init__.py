"""`vez export`: the house's own tickets as an event log, read through the public endpoints and written as a stream."""
