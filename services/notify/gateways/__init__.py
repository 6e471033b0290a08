"""The outside world, one file each: mail servers, receivers of webhooks, the letters and the language they speak."""
