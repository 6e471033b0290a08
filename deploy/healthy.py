"""A container's health check: `healthy.py PORT/PATH` ends with 0 where that address of this machine answers 200.

It stands alone and imports little, because it runs every few seconds beside each process.
"""

from __future__ import annotations

import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4


def answers(place: str) -> bool:
    """Whether `place`, such as 8000/readyz, answers 200."""
    port, _, path = place.partition("/")
    connection = HTTPConnection("127.0.0.1", int(port), timeout=SECONDS)
    try:
        connection.request("GET", f"/{path}")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else 1)
