"""The rules of a ticket: pure, from frozen dataclasses to frozen dataclasses. `now` is an argument."""
