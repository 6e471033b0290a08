"""`vez backup` and `vez restore`: every service's database in a folder, and back, also one of them alone.

Copied by PostgreSQL's own COPY from one snapshot of each database, all taken at once; so it needs no program of
PostgreSQL's, and no release of it that fits the server's. A restored service gives its events numbers that it cannot
have given before, and the heads and gap questions bring it what the others said since (`docs/operations/backup.md`).
"""
