"""Measuring Vez: ratios taken in one run against a yardstick on the same server, database and machine."""
