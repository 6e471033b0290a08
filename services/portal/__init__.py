"""The web pages for clients, attendants and administrators.

Owns no data: what a page shows it asks of the services' endpoints, what a form sends it passes on to them, and what
they refuse it shows next to the field.

Rooms: `app` makes the application; `views/` are the pages by audience, `templates/` their markup; `door` lets people
in, `ask` talks to the services, `shapes` are what they answer; `words`, `track`, `ledger`, `flowchart` and `formats`
turn answers into sentences and pictures.
"""
