"""The `vez` command, and the embedded stack that it runs."""
