"""The live stream's process: an ASGI application that tails what happens and tells each open screen its share.

It carries ids only. One task reads `stream_events` for the whole process, each time again from a little before what it
has read, because a commit that took longer may carry a lower id; ids that were told already are dropped. A screen that
comes back says what it heard last and is told from 10 s before that; one that was away too long, or that cannot keep
up, is told to load anew (`reset`). A stream ends by itself after ten minutes, so that rights are judged again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from services.notify.options import Options
from services.notify.stream.hub import Hub
from services.notify.stream.reading import Tail, new_pool
from services.notify.stream.routes import Streams


def create_stream(options: Options) -> Starlette:
    """The ASGI application of the live stream; opens its database when it starts."""
    pool, hub = new_pool(options), Hub()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await pool.open(wait=False)
        tail = asyncio.create_task(Tail(pool, hub).run())
        try:
            yield
        finally:
            hub.end_all()
            tail.cancel()
            await pool.close()

    return Starlette(routes=Streams(pool, hub).routes(), lifespan=lifespan)
