"""A letter as a mail message: text and HTML, the baton as a small picture, and the headers that keep mail in order.

`Message-ID` is the delivery's own, so that a second copy is known as such; `References` names one root for each ticket,
so that its mail is one thread; `Auto-Submitted` keeps answering machines silent (RFC 3834), and one click unsubscribes
(RFC 8058).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import textwrap
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Final, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.notify.gateways.doors import doors
from services.notify.options import Options
from services.notify.rules.letter import BOLD, PLAIN, Digest, Letter

FOLDER: Final = Path(__file__).parent.parent / "templates"
WIDTH: Final = 72


class _Whole(UnstructuredHeader):
    """A header of one long word, an address or an id: cut into lines or encoded it would lead nowhere."""

    def fold(self, *, policy: EmailPolicy) -> str:
        """The header on a line of its own."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in ("list-unsubscribe", "references", "in-reply-to"):
        registry.map_to_type(name, cast("type[BaseHeader]", _Whole))
    return policy.SMTP.clone(header_factory=registry)


@dataclass(frozen=True, slots=True)
class Addressed:
    """To whom a letter goes, and the ids that its headers are made of."""

    delivery_ids: tuple[str, ...]
    person_id: str
    name: str
    email: str
    ticket_id: str | None = None
    kind: str = ""

    @property
    def message_id(self) -> str:
        """The delivery's id; of several together a digest of all: the same again for the same set only."""
        if len(self.delivery_ids) == 1:
            return self.delivery_ids[0]
        return hashlib.sha256(" ".join(sorted(self.delivery_ids)).encode()).hexdigest()[:40]


class Composer:
    """Makes messages. One for a process; keeps its templates compiled."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.domain = options.mail_domain
        self._doors = doors(options)
        self._policy = _policy()
        self._html, self._text = _environment(autoescape=True), _environment(autoescape=False)

    @property
    def takes_answers(self) -> bool:
        """Whether answers to letters are read."""
        return bool(self.options.reply_address and self.options.signing_key)

    def compose(self, letter: Letter | Digest, to: Addressed, now: datetime) -> EmailMessage:
        """The message that carries `letter`."""
        message = EmailMessage(policy=self._policy)
        self._head(message, letter, to, now)
        message.set_content(self.plain(letter), cte="quoted-printable")
        self._set_html(message, letter)
        return message

    def html(self, letter: Letter | Digest) -> str:
        """The letter in HTML alone, its pictures referred to by `cid:`."""
        images = {name: _cid(name) for name in ("vez", "client", "attendant", "third_party", "nobody")}
        return self._html.get_template(f"{_template(letter)}.html").render(letter=letter, images=images)

    def preview(self, letter: Letter) -> str:
        """The letter in HTML as a page by itself, its pictures within it."""
        html = self.html(letter)
        for name in _embedded(letter):
            content = base64.b64encode(picture(name)).decode()
            html = html.replace(f"cid:{_cid(name)}", f"data:image/png;base64,{content}")
        return html

    def plain(self, letter: Letter | Digest) -> str:
        """The letter in plain text."""
        return self._text.get_template(f"{_template(letter)}.txt").render(letter=letter)

    def _set_html(self, message: EmailMessage, letter: Letter | Digest) -> None:
        message.add_alternative(self.html(letter), subtype="html", cte="quoted-printable")
        html = cast(EmailMessage, message.get_payload()[-1])  # type: ignore[index]
        for name in _embedded(letter):
            html.add_related(picture(name), "image", "png", cid=f"<{_cid(name)}>", disposition="inline")

    def _head(self, message: EmailMessage, letter: Letter | Digest, to: Addressed, now: datetime) -> None:
        address = parseaddr(self.options.mail_from)[1]
        sender = f"{letter.signature}, {letter.house}" if letter.signature else letter.house
        message["From"] = _mailbox(sender, address)
        message["To"] = _mailbox(to.name, to.email)
        answers = self._doors.answer_to(to.delivery_ids[0]) if to.ticket_id is not None else None
        if answers is not None:
            message["Reply-To"] = Address(display_name=one_line(sender), addr_spec=answers)
        message["Subject"] = one_line(letter.title)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = f"<{to.message_id}@{self.domain}>"
        if to.ticket_id is not None:
            thread = f"<ticket.{to.ticket_id}@{self.domain}>"
            message["In-Reply-To"] = thread
            message["References"] = thread
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["X-Vez-Kind"] = to.kind
        if letter.choose_link:
            self._offer_to_leave(message, to)

    def _offer_to_leave(self, message: EmailMessage, to: Addressed) -> None:
        key = self.options.signing_key
        if key:
            token = unsubscribe_token(key, to.person_id)
            origin = self.options.public_url.rstrip("/")
            message["List-Unsubscribe"] = f"<{origin}/api/notify/v1/unsubscribe/{token}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def unsubscribe_token(key: bytes, person_id: str) -> str:
    """The text that stands for a person in an unsubscribe link; nobody else can make it."""
    return f"{person_id}.{_seal(key, person_id)}"


def unsubscribed_person(key: bytes, token: str) -> str | None:
    """Whom an unsubscribe link stands for, or None where we did not make it."""
    person_id, _, seal = token.rpartition(".")
    good = bool(key) and hmac.compare_digest(_seal(key, person_id).encode(), seal.encode())
    return person_id if good else None


def _seal(key: bytes, person_id: str) -> str:
    return hmac.new(key, f"unsubscribe:{person_id}".encode(), hashlib.sha256).hexdigest()[:40]


def one_line(text: str) -> str:
    """`text` fit for a header: no control characters, at most 250 characters."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:250]


def _mailbox(name: str, email: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=email)


@cache
def picture(name: str) -> bytes:
    """A picture of the templates' folder."""
    return (FOLDER / "images" / f"{name}.png").read_bytes()


def _template(letter: Letter | Digest) -> str:
    return "letter" if isinstance(letter, Letter) else "digest"


def _embedded(letter: Letter | Digest) -> list[str]:
    """The pictures that go with a letter: batons, and our own mark where the house has no logo of its own."""
    return [*([] if letter.logo else ["vez"]), *_sides(letter)]


def _sides(letter: Letter | Digest) -> list[str]:
    """The sides whose batons a letter shows, each once."""
    letters = [letter] if isinstance(letter, Letter) else letter.items
    return list(dict.fromkeys(one.baton.side for one in letters if one.baton is not None))


def _cid(name: str) -> str:
    return f"{name}.png@vez"


def _environment(*, autoescape: bool) -> Environment:
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=autoescape,  # noqa: S701 - only plain text goes unescaped
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters.update(boldly=_boldly, plainly=_plainly, wrapped=_wrapped)
    return found


def _boldly(sentence: str) -> Markup:
    return Markup(str(escape(sentence)).replace(BOLD, "<b>").replace(PLAIN, "</b>"))  # noqa: S704 - escaped before


def _plainly(sentence: str) -> str:
    return sentence.replace(BOLD, "“").replace(PLAIN, "”")


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)
