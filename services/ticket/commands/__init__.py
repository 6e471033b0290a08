"""The verbs: load, decide by the rules, store, say. None commits and none calls the network."""
