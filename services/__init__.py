"""The services of Vez. None imports another; they meet in events and in HTTP questions."""
