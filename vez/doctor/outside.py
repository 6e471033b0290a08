"""What the services reach over the network: each other, the object store, the mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx

from shared import clock
from shared.config import Common
from vez import bucket as buckets
from vez import estate, problems
from vez.doctor.databases import clock_of
from vez.doctor.findings import Finding, Patient

SECONDS: Final = 5.0
MAIL_PORTS: Final = {"smtp": 25, "smtp+tls": 25, "smtps": 465}


def processes(patient: Patient) -> Iterator[Finding]:
    """Whether each service is ready, tells the same time, and takes the others' machine clients."""
    with httpx.Client(timeout=SECONDS) as client:
        for service in patient.services:
            options = estate.load_options(service, patient.environ)
            yield from process(client, service, _address(patient, options, service))
            yield machine_client(client, _address(patient, options, "identity"), options)
        yield from process(client, "portal", patient.origin)


def _address(patient: Patient, options: Common, service: str) -> str:
    return f"{patient.origin}/api/{service}" if patient.is_embedded else options.url_of(service)


def process(client: httpx.Client, service: str, url: str) -> Iterator[Finding]:
    """Whether one service is ready, and its clock."""
    about = f"{service} service"
    before = clock.now()
    try:
        answer = client.get(f"{url}/readyz")
    except httpx.TransportError as error:
        said = f"does not answer at {url}: {problems.first_line(error)}"
        yield Finding(about, said, f"Start it (vez run {service} http), or set VEZ_{service.upper()}_URL")
        return
    if answer.status_code != 200:
        yield Finding(about, f"is not ready: {answer.text[:200].strip()}", f"See the log of vez run {service} http")
        return
    yield Finding(about, f"is ready at {url}")
    if answer.headers.get("Date"):
        at = parsedate_to_datetime(answer.headers["Date"])
        yield clock_of(about, at, before.replace(microsecond=0), clock.now())


def machine_client(client: httpx.Client, identity: str, options: Common) -> Finding:
    """Whether identity knows a service by its secret."""
    about = f"{options.service} machine client"
    body = {"client_id": options.client_id, "client_secret": options.client_secret, "audience": "identity"}
    try:
        status = client.post(f"{identity}/v1/tokens", json=body).status_code
    except httpx.TransportError:
        return Finding(about, "identity does not answer", "Start it: vez run identity http")
    if status == 200:
        return Finding(about, "is known to identity")
    return Finding(
        about, f"is refused ({status})", f"vez setup, with the VEZ_{options.service.upper()}_CLIENT_SECRET it has"
    )


def store(patient: Patient) -> Iterator[Finding]:
    """Whether the bucket is there and the key may use it."""
    if "attachments" not in patient.services:
        return
    bucket = buckets.of(estate.load_options("attachments", patient.environ))
    if patient.is_embedded:
        bucket = replace(bucket, url=patient.origin)
    about = f"bucket {bucket.name}"
    try:
        there = bucket.is_there()
    except buckets.UNREACHABLE as error:
        said = f"cannot be used at {bucket.url}: {problems.first_line(error)}"
        yield Finding(about, said, "See whether the store runs and whether VEZ_ATTACHMENTS_S3_* are right")
        return
    yield Finding(about, "is there" if there else "is not there", "" if there else "vez setup makes it")


def mail(patient: Patient) -> Iterator[Finding]:
    """Whether the mail servers let us in."""
    if "notify" not in patient.services:
        return
    options: Any = estate.load_options("notify", patient.environ)
    if patient.is_embedded:
        yield sink(patient.origin)
        return
    for url in filter(None, (options.smtp_url, options.spare_smtp_url)):
        yield mail_server(url)


def sink(origin: str) -> Finding:
    """Whether the embedded stack's mail sink can be read."""
    status = httpx.get(f"{origin}/dev/mail", timeout=SECONDS).status_code
    return Finding("mail", f"the sink answers {status}", "" if status == 200 else "See its log/mail.log")


def mail_server(url: str) -> Finding:
    """Whether a mail server takes our hand: connection, TLS, sign-in. No mail is sent."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or MAIL_PORTS.get(parts.scheme, 25)
    about = f"mail server {host}"
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    try:
        with kind(host, port, timeout=SECONDS) as connection:
            if parts.scheme == "smtp+tls":
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if parts.username:
                connection.login(unquote(parts.username), unquote(parts.password or ""))
            connection.noop()
    except (OSError, smtplib.SMTPException) as error:
        remedy = "See whether it runs and whether VEZ_NOTIFY_SMTP_URL is right; what is due is sent when it answers"
        return Finding(about, f"cannot be used: {problems.first_line(error)}", remedy)
    return Finding(about, "lets us in")
