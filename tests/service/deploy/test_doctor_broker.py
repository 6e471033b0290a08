"""`vez doctor` names what a broker lacks or has otherwise, one finding each, and changes nothing; and what mends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import amqp
import httpx
import psycopg
import pytest
from click.testing import CliRunner

from shared.config import Common
from tests.support import databases, rabbitmq
from tests.support.processes import free_port
from tests.support.rabbitmq import Managed
from vez import setup, topology
from vez.doctor import broker, mailbox
from vez.doctor import rabbitmq as looked
from vez.doctor.findings import Finding

Wrong = list[tuple[str, str, str]]
QUORUM = {"x-queue-type": "quorum", "x-delivery-limit": 20, "x-dead-letter-exchange": "vez.dead"}
CLASSIC = {"x-dead-letter-exchange": "vez.dead"}


def wrong(findings: Iterator[Finding]) -> Wrong:
    """What is to be done: (about, said, remedy)."""
    return [(finding.about, finding.said, finding.remedy) for finding in findings if finding.is_wrong]


# -- RabbitMQ ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def node() -> Iterator[Managed]:
    """A RabbitMQ with its management address, which has nothing of ours yet."""
    rabbitmq.require()
    with rabbitmq.started(Managed) as one:
        yield one


@contextmanager
def taken(node: Managed) -> Iterator[None]:
    """Somebody takes from every mailbox for the length of the block."""
    with amqp.Connection(f"127.0.0.1:{node.port}") as connection:
        channel = connection.channel()
        for box in topology.boxes():
            channel.basic_consume(box.name, on_cancel=lambda _: None)
        yield


@pytest.fixture
def healthy(node: Managed) -> Iterator[amqp.Channel]:
    """A channel on which to break things: everything is declared, and every mailbox taken from."""
    setup.remove_others(Common(broker_url=node.url))
    mend(node)
    with taken(node), amqp.Connection(f"127.0.0.1:{node.port}") as connection:
        assert examined(node) == []
        yield connection.channel()


def mend(node: Managed) -> None:
    """What `vez setup` does to the broker."""
    setup.declare(Common(broker_url=node.url))


def examined(node: Managed) -> Wrong:
    """What is wrong with the node."""
    return wrong(looked.look(node.url, node.management_url))


def definitions(node: Managed) -> Any:
    """Everything that is declared on the node."""
    return httpx.get(f"{node.management_url}/api/definitions", auth=("guest", "guest")).raise_for_status().json()


def test_what_nobody_declared_is_named_and_not_made(node: Managed) -> None:
    node.empty()
    with amqp.Connection(f"127.0.0.1:{node.port}") as connection:
        for exchange in topology.exchanges():
            connection.channel().exchange_delete(exchange.name)
    before = definitions(node)
    found = examined(node)
    assert {(said, remedy) for _, said, remedy in found} == {("is not there", mailbox.DECLARE)}
    assert len(found) == len(topology.exchanges()) + len(topology.boxes())
    assert definitions(node) == before


def test_a_healthy_one_is_called_so_and_stays_as_it_is(node: Managed, healthy: amqp.Channel) -> None:
    before = definitions(node)
    said = {finding.about: finding.said for finding in looked.look(node.url, node.management_url)}
    assert said["broker"] == f"all of {len(topology.bindings())} bindings are there"
    assert said["mailbox ticket"] == "0 messages, 1 consumers"
    assert definitions(node) == before


@pytest.mark.parametrize("name", ["ticket", "notify.work", "vez.dead"])
def test_a_mailbox_that_is_gone_is_one_finding(node: Managed, healthy: amqp.Channel, name: str) -> None:
    healthy.queue_delete(name)
    assert examined(node) == [(f"mailbox {name}", "is not there", mailbox.DECLARE)]
    mend(node)
    with taken(node):
        assert examined(node) == []


@pytest.mark.parametrize("name", ["vez.events", "vez.dead"])
def test_an_exchange_that_is_gone_is_one_finding(node: Managed, healthy: amqp.Channel, name: str) -> None:
    healthy.exchange_delete(name)
    assert examined(node) == [(f"exchange {name}", "is not there", mailbox.DECLARE)]
    mend(node)
    assert examined(node) == []


def test_bindings_that_are_gone_are_one_finding_a_mailbox(node: Managed, healthy: amqp.Channel) -> None:
    healthy.queue_unbind("ticket", "vez.events", routing_key="type.events")
    healthy.queue_unbind("ticket", "vez.events", routing_key="flow.events")
    healthy.queue_unbind("workflow.work", "vez.events", routing_key="workflow.work")
    healthy.queue_unbind("vez.dead", "vez.dead")
    assert sorted(examined(node)) == [
        ("mailbox ticket", "is not bound to vez.events (flow.events, type.events)", mailbox.DECLARE),
        ("mailbox vez.dead", "is not bound to vez.dead", mailbox.DECLARE),
        ("mailbox workflow.work", "is not bound to vez.events (workflow.work)", mailbox.DECLARE),
    ]
    mend(node)
    assert examined(node) == []


def test_a_binding_that_no_release_makes_is_named(node: Managed, healthy: amqp.Channel) -> None:
    healthy.queue_bind("ticket", "vez.events", routing_key="workflow.work")
    [(about, said, remedy)] = examined(node)
    assert (about, said) == ("mailbox ticket", looked.TOO_MUCH.format("vez.events (workflow.work)"))
    assert "rabbitmqctl delete_queue ticket and vez setup" in remedy
    healthy.queue_unbind("ticket", "vez.events", routing_key="workflow.work")


def test_somebody_elses_mailbox_on_our_exchange_is_none_of_our_business(node: Managed, healthy: amqp.Channel) -> None:
    healthy.queue_declare("archive", durable=True, auto_delete=False)
    healthy.queue_bind("archive", "vez.events", routing_key="#")
    assert examined(node) == []
    healthy.queue_delete("archive")


def test_a_mailbox_of_another_kind_is_named_and_made_anew_only_when_told(
    node: Managed, healthy: amqp.Channel, environ: dict[str, str]
) -> None:
    healthy.queue_delete("ticket")
    healthy.queue_declare("ticket", durable=True, auto_delete=False, arguments=CLASSIC)
    healthy.queue_bind("ticket", "vez.events", routing_key="ticket.work")
    [(about, said, remedy), *others] = examined(node)
    assert (about, said) == ("mailbox ticket", "is declared otherwise: x-queue-type is not set instead of 'quorum'")
    assert remedy == looked.REDECLARE
    assert [about for about, *_ in others] == ["mailbox ticket"] * 2, "its bindings"
    there = {**environ, "VEZ_BROKER_URL": node.url}
    refused = CliRunner().invoke(setup.command, env=there)
    assert refused.exit_code == 1
    assert "queue 'ticket' is declared otherwise (x-queue-type is not set instead of 'quorum')" in refused.output
    done = CliRunner().invoke(setup.command, ["--redeclare"], env=there)
    assert done.exit_code == 0, done.output
    assert "Broker: deleted ticket\n" in done.output
    with taken(node):
        assert examined(node) == []
    assert "Broker: deleted nothing" in CliRunner().invoke(setup.command, ["--redeclare"], env=there).output


def test_an_argument_that_differs_is_named(node: Managed, healthy: amqp.Channel) -> None:
    healthy.queue_delete("ticket.work")
    healthy.queue_declare("ticket.work", durable=True, auto_delete=False, arguments={**QUORUM, "x-delivery-limit": 3})
    said = {said for about, said, _ in examined(node) if about == "mailbox ticket.work"}
    assert "is declared otherwise: x-delivery-limit is '3' instead of '20'" in said
    healthy.queue_delete("ticket.work")


def test_an_exchange_of_another_kind_is_named(node: Managed, healthy: amqp.Channel) -> None:
    healthy.exchange_delete("vez.dead")
    healthy.exchange_declare("vez.dead", "direct", durable=True, auto_delete=False)
    found = examined(node)
    assert (
        "exchange vez.dead",
        "is declared otherwise: type is 'direct' instead of 'fanout'",
        looked.REDECLARE,
    ) in found
    assert setup.remove_others(Common(broker_url=node.url)) == ["vez.dead"]
    mend(node)
    assert examined(node) == []


def test_bindings_that_cannot_be_looked_at_say_why(node: Managed, healthy: amqp.Channel) -> None:
    (said,) = [f.said for f in looked.look(node.url, "") if "bindings" in f.said]
    assert said == looked.NOT_LOOKED_AT
    assert wrong(looked.look(node.url, "")) == []
    [(_, said, remedy)] = wrong(looked.look(node.url, f"http://127.0.0.1:{free_port()}"))
    assert "bindings cannot be looked at" in said
    assert remedy == looked.MANAGEMENT
    [(_, said, remedy)] = wrong(looked.look(node.url, f"http://guest:no@127.0.0.1:{node.management_port}/"))
    assert "answers 401" in said
    assert remedy == looked.TAG
    [(_, said, _)] = wrong(looked.look(node.url, f"http://127.0.0.1:{node.port}"))
    assert "guest" not in said


def test_a_user_who_may_too_little_is_told_so(node: Managed, healthy: amqp.Channel) -> None:
    node.control("add_user", "weak", "secret")
    node.control("set_permissions", "weak", "", "", "")
    url = node.url.replace("guest:guest", "weak:secret")
    found = wrong(looked.look(url, node.management_url))
    assert ("broker", "bindings cannot be looked at: the management address answers 401", looked.TAG) in found
    assert {remedy for _, _, remedy in found} == {looked.MAY, looked.TAG}
    assert all("secret" not in said for _, said, _ in found)


def test_one_that_does_not_answer_is_one_finding() -> None:
    [(about, said, _)] = wrong(looked.look(f"amqp://guest:guest@127.0.0.1:{free_port()}//", ""))
    assert (about, said.partition(":")[0]) == ("broker", "cannot be reached")


def test_a_rabbitmq_that_is_too_old_is_named() -> None:
    assert looked.of_release("3.8.9").remedy == "Upgrade it to 3.10 or newer"
    assert not any(looked.of_release(version).is_wrong for version in ("3.10.8", "4.0.5", "of an unknown release"))


# -- the embedded broker ----------------------------------------------------------------------------------------------


@pytest.fixture
def embedded(embedded_broker_url: str) -> Iterator[str]:
    """An embedded broker with all that its worker makes; put back at the end."""
    options = Common(broker_url=embedded_broker_url)
    setup.declare(options)
    yield embedded_broker_url
    setup.declare(options)
    assert wrong(broker.of_embedded(embedded_broker_url)) == []


def sql(url: str, statements: str) -> None:
    databases.run(url.replace("pgmq:", "postgresql:", 1), statements)


def test_a_healthy_embedded_broker_is_called_so(embedded: str) -> None:
    assert wrong(broker.of_embedded(embedded)) == []


def test_an_embedded_mailbox_that_is_gone_is_one_finding(embedded: str) -> None:
    sql(embedded, "SELECT pgmq.drop_queue('vez')")
    assert wrong(broker.of_embedded(embedded)) == [("mailbox vez", "is not there", broker.AGAIN)]


def test_embedded_bindings_that_are_gone_are_one_finding(embedded: str) -> None:
    sql(embedded, "DELETE FROM pgmq.topic_bindings WHERE pattern LIKE '%.flow.events' OR pattern LIKE '%.notify.work'")
    found = wrong(broker.of_embedded(embedded))
    assert found == [("mailbox vez", "is not bound to flow.events, notify.work", broker.AGAIN)]


def test_an_embedded_mailbox_that_wakes_nobody_is_named(embedded: str) -> None:
    sql(embedded, "DROP TRIGGER trigger_notify_queue_insert_listeners ON pgmq.q_vez")
    [(about, said, remedy)] = wrong(broker.of_embedded(embedded))
    assert (about, said.partition(":")[0], remedy) == ("mailbox vez", "wakes nobody", broker.AGAIN)


def test_a_database_without_a_broker_is_named(database_server: str, run_id: str) -> None:
    name = f"{run_id}_no_broker"
    url = databases.make(database_server, name)
    try:
        found = wrong(broker.of_embedded(url.replace("postgresql:", "pgmq:", 1)))
        assert found == [("broker", "has no tables (pgmq)", broker.AGAIN)]
    finally:
        databases.drop(database_server, name)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    [(_, said, _)] = wrong(broker.of_embedded("pgmq://127.0.0.1:1/none"))
    assert said.startswith("cannot be used")
