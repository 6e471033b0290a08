"""Reading a mail that came in: headers, text without what it quotes, files, and delivery status notifications."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr
from typing import Final

import html2text
import quotequail

from services.notify.rules.incoming import Bounce, Failure, File, Mail

PARSER: Final = BytesParser(policy=policy.default)
RECIPIENT_HEADERS: Final = ("delivered-to", "x-original-to", "to", "cc")
SIGNATURE: Final = re.compile(r"\n-- \n.*\Z", re.DOTALL)
LONGEST_TEXT: Final = 20_000
"""As much as a discussion takes; finding quotes in more would take long."""
DECORATION_BYTES: Final = 10_000
"""A picture within the text that is smaller is a logo in somebody's signature."""
MOST_FILES: Final = 50
LONGEST_NAME: Final = 200
_ID: Final = re.compile(r"<[^<>\s]{1,250}>")


def key_of(content: bytes) -> str:
    """What makes a message the same again, by whichever way it comes: its own id and its body.

    Not its id alone: whoever guesses the id of a message to come could keep it out with another under that id.
    """
    head, _, body = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    message = PARSER.parsebytes(head, headersonly=True)
    named = _text(message, "message-id") or "\n".join(_text(message, name) for name in ("from", "date", "subject"))
    return hashlib.sha256(named.strip().encode("utf-8", "replace") + b"\n" + body.rstrip()).hexdigest()


def read(content: bytes, envelope_sender: str, recipients: Sequence[str]) -> Mail:
    """The mail in `content`. Never raises for what a message looks like: what it lacks is empty."""
    message = PARSER.parsebytes(content)
    assert isinstance(message, EmailMessage)
    headers: dict[str, list[str]] = {}
    for name in dict.fromkeys(name.lower() for name in message):
        headers[name] = _all(message, name)
    return Mail(
        sender=parseaddr(_text(message, "from"))[1].lower(),
        envelope_sender=envelope_sender,
        recipients=tuple(recipients) or _recipients(message),
        headers=headers,
        references=tuple(_references(message)),
        subject=" ".join(_text(message, "subject").split())[:LONGEST_NAME],
        text=_body(message, "plain"),
        html=_body(message, "html"),
        files=tuple(_files(message)),
        bounce=_bounce(message),
    )


def recipients_of(content: bytes) -> tuple[str, ...]:
    """To whom the headers say that a message was sent, for where no envelope is known."""
    return _recipients(PARSER.parsebytes(content, headersonly=True))


def own_words(mail: Mail) -> str:
    """What the writer of a mail wrote, without what it quotes; of HTML its text, where there is no other.

    Finding quotes can be made to take seconds, so only what somebody known wrote is worth it.
    """
    if mail.text.strip():
        return without_quotes(mail.text[:LONGEST_TEXT])
    return without_quotes(_clean(_plain(mail.html[:LONGEST_TEXT]))[:LONGEST_TEXT])


def without_quotes(text: str) -> str:
    """`text` without the message that it answers, and without the signature below `-- `."""
    found = quotequail.unwrap(text)
    top = found.get("text_top") if found is not None and found.get("type") != "forward" else None
    own = text if found is None or found.get("type") == "forward" else (top or found.get("text_bottom") or "")
    lines = SIGNATURE.sub("", f"\n{own}\n").split("\n")
    while lines and (not lines[-1].strip() or lines[-1].startswith(">")):
        lines.pop()
    return "\n".join(lines).strip()


def _all(message: Message, name: str) -> list[str]:
    try:
        return [str(value) for value in message.get_all(name, [])]
    except (ValueError, IndexError, LookupError, AttributeError, TypeError):
        return [str(raw) for key, raw in message.raw_items() if key.lower() == name]


def _text(message: Message, name: str) -> str:
    return next(iter(_all(message, name)), "")


def _recipients(message: Message) -> tuple[str, ...]:
    values = [value for name in RECIPIENT_HEADERS for value in _all(message, name)]
    return tuple(dict.fromkeys(address.lower() for _, address in getaddresses(values) if "@" in address))


def _references(message: Message) -> Iterator[str]:
    """The messages that this one answers, the nearest first."""
    yield from _ID.findall(_text(message, "in-reply-to"))
    yield from reversed(_ID.findall(_text(message, "references")))


def _body(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
    return "" if part is None else _clean(_content(part))


def _plain(html: str) -> str:
    writer = html2text.HTML2Text(bodywidth=0)
    writer.ignore_images = writer.ignore_emphasis = writer.ignore_tables = True
    writer.protect_links = False
    return writer.handle(html)


def _content(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _clean(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or sign >= " ")


def _files(message: EmailMessage) -> Iterator[File]:
    """Attached files, and pictures within the text that are no decoration."""
    text, count = _bodies(message), 0
    for part in message.walk():
        if part.is_multipart() or id(part) in text or count >= MOST_FILES:
            continue
        if part.get_content_type() in ("message/delivery-status", "text/rfc822-headers"):
            continue
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) or not content:
            continue
        is_inline = part.get_content_disposition() != "attachment" and part.get("content-id") is not None
        if is_inline and part.get_content_maintype() == "image" and len(content) < DECORATION_BYTES:
            continue
        count += 1
        yield File(_name(part, count), part.get_content_type(), content)


def _bodies(message: EmailMessage) -> set[int]:
    found = (message.get_body((kind,)) for kind in ("plain", "html"))
    return {id(part) for part in found if part is not None}


def _name(part: Message, number: int) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        name = ""
    plain = "".join(sign for sign in name if sign.isprintable()).replace("/", "_").replace("\\", "_").strip()
    return plain[-LONGEST_NAME:] or f"{number}.{part.get_content_subtype()}"


# ---- bounces -----------------------------------------------------------------------------------------------------


def _bounce(message: EmailMessage) -> Bounce | None:
    """A delivery status notification (RFC 3464), or None."""
    if message.get_content_type() != "multipart/report":
        return None
    if str(message.get_param("report-type", "")).lower() != "delivery-status":
        return None
    failures: list[Failure] = []
    letter: Message | None = None
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            failures += _failures(part)
        elif kind == "message/rfc822" and letter is None and part.get_payload():
            letter = part.get_payload(0)  # type: ignore[assignment]
        elif kind == "text/rfc822-headers" and letter is None:
            letter = PARSER.parsebytes(_content(part).encode("utf-8", "replace"), headersonly=True)
    letter_id = _text(letter, "message-id").strip() if letter is not None else ""
    answers_to = parseaddr(_text(letter, "reply-to"))[1] if letter is not None else ""
    return Bounce(tuple(failures), letter_id, answers_to)


def _failures(part: Message) -> Iterator[Failure]:
    groups = part.get_payload()
    for group in groups if isinstance(groups, list) else ():
        if not isinstance(group, Message):
            continue
        final = _text(group, "original-recipient") or _text(group, "final-recipient")
        address = final.rpartition(";")[2].strip().strip("<>").lower()
        if address:
            said = " ".join(_text(group, "diagnostic-code").rpartition(";")[2].split())
            status = _text(group, "status").split(" ")[0].strip()
            yield Failure(address, _text(group, "action").strip().lower(), status, said[:400])
