"""`vez inbox` and `vez outbox`: what could not be handled, and what was not sent yet."""
