"""Identity: people, how they are named, profiles, sign-in, sessions and tokens. It knows no tickets.

Owns people and their identifiers and passwords, client kinds, profiles, sessions, one-time links and machine clients.
Commands: make, change, disable and erase people, make and change profiles, sign in and out, set a password by a link,
make and end machine clients. Events out: person.changed, profile.changed, link.made. Events in: none. The other
services keep replicas of person and profile and judge permissions by them; a token says only who somebody is.
"""
