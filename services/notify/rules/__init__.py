"""Pure: who is told what, by which channel and when, in which words. Takes `now`; no database, no framework."""
