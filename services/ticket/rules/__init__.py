"""The rules of a ticket: pure, from frozen values to frozen values. `now` is an argument."""
