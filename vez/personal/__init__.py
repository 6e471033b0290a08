"""`vez person export` and `vez person erase`: a person's rights over their data, across every service."""
