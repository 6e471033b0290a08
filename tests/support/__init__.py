"""What tests stand on: servers of their own, databases, waiting."""
