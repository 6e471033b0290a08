"""The verbs: load, decide by rules, store, emit. They never commit and never call the network."""
