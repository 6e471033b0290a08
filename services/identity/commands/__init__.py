"""The verbs. None commits, none calls the network, none hashes a password."""
