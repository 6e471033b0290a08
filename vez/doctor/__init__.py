"""`vez doctor`: looks at everything that an installation stands on and says what is wrong and what to do."""
