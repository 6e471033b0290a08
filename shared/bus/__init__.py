"""The broker: one topic exchange, one mailbox (a broker's queue) for each service, and the two generic Celery tasks.

Over RabbitMQ mailboxes are quorum queues and publishing is confirmed; over the embedded `pgmq` transport one mailbox
serves every service, and a pack of messages is sent by one SQL statement. Retries, delays and order are not the
broker's: they live in the databases (inbox), so both brokers behave alike.
"""

from shared.bus.app import DELIVER, WORK, is_embedded, mailboxes, new_app
from shared.bus.publish import Bus
from shared.bus.worker import Consumer, WorkerParts, create_worker, run_worker

__all__ = [
    "DELIVER",
    "WORK",
    "Bus",
    "Consumer",
    "WorkerParts",
    "create_worker",
    "is_embedded",
    "mailboxes",
    "new_app",
    "run_worker",
]
