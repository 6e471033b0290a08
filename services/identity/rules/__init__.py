"""What holds for people, profiles, sessions and links. Pure: no database, no clock, no framework."""
