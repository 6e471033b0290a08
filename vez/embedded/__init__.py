"""The embedded stack: everything that a deployment takes from outside, as processes of one command on one machine."""
