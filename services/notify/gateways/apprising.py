"""Telling chat rooms by Apprise. Only here is it loaded, and of its services only those of the allow-list.

Its services speak by the functions of `requests`. What stands for `requests` in their modules here prepares a call
with that library and sends it by the line that webhooks take: the name is looked up once, every address is judged, the
connection goes to one of those very addresses, no redirect is followed, and all ends in bounded time. It also sees
the status of each answer, of which Apprise itself only says whether it was a good one.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from datetime import timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from importlib import import_module
from io import BytesIO
from typing import Any, Final, cast

import requests
from apprise import AppriseAsset, NotifyBase, NotifyFormat
from apprise.exception import AppriseException
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from services.notify.gateways.receivers import UNREACHED, Answer, HttpReceivers, Refused, trouble
from services.notify.rules.chat import Post
from services.notify.rules.chat_addresses import SERVICES, WEB, Service, scheme_of, wrong_with_options
from services.notify.rules.retries import Outcome
from shared import clock
from shared.errors import Message

MOST_READ: Final = 64 * 1024
LONGEST_WAIT: Final = timedelta(hours=1)
BUSY: Final = (408, 425, 429)
"""4xx answers that say nothing of the message: try again."""
STUMBLES: Final = (AppriseException, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a service's module trips over in an answer that it did not expect."""


class _Later(Exception):
    """The service wants to be left alone for longer than a message may take."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"It asked to be left alone for {seconds:.0f} s")
        self.retry_after = min(timedelta(seconds=seconds), LONGEST_WAIT)


class _Attempt:
    """One message on its way: what it called, and what came back."""

    def __init__(self, receivers: HttpReceivers, seconds: float, *, dry: bool = False) -> None:
        self.receivers = receivers
        self.deadline = clock.monotonic() + seconds
        self.dry = dry
        self.url = ""
        self.trouble = ""
        self.answer: Answer | None = None

    @property
    def left(self) -> float:
        """The seconds that it may still take."""
        return self.deadline - clock.monotonic()

    def call(self, request: requests.PreparedRequest) -> Answer:
        """Make a call. Raises requests' ConnectionError, in which services see that it did not work."""
        self.url, self.answer, self.trouble = str(request.url), None, ""
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else cast(bytes, body)
        headers = {str(name): str(value) for name, value in request.headers.items()}
        headers["Accept-Encoding"] = "identity"
        if self.dry or self.left <= 0:
            raise requests.ConnectionError(self._stop("ReadTimeout: it took too long in all"))
        try:
            self.answer = self.receivers.call(
                str(request.method), self.url, headers, content, seconds=self.left, most=MOST_READ
            )
        except Refused as error:
            raise requests.ConnectionError(self._stop(str(error))) from error
        except UNREACHED as error:
            raise requests.ConnectionError(self._stop(trouble(error))) from error
        return self.answer

    def _stop(self, why: str) -> str:
        self.trouble = why
        return why

    def outcome(self) -> Outcome:
        """What became of a message that its service's module says was not taken."""
        if self.answer is None:
            return Outcome(sent=False, reason=self.trouble or "Nothing could be sent to this address")
        status = self.answer.status
        final = 400 <= status < 500 and status not in BUSY
        wait = _retry_after(self.answer) if status in (429, 503) else None
        reason = f"It answered {status}" + (", and did not take it" if status < 300 else "")
        return Outcome(sent=False, reason=reason, permanent=final, retry_after=wait)


_attempt: ContextVar[_Attempt] = ContextVar("attempt")


class _Adapter(BaseAdapter):
    """Sends what a session prepared by an attempt's line."""

    def __init__(self, attempt: _Attempt) -> None:
        super().__init__()
        self._attempt = attempt

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """The answer to a prepared call; where and how it goes is not the caller's to say."""
        answer = self._attempt.call(request)
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.raw = BytesIO(answer.content)
        response.url, response.request = str(request.url), request
        return response

    def close(self) -> None:
        """Nothing is kept open."""


class _Requests:
    """What stands for `requests` in a service's module."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def request(self, method: str, url: str, **given: Any) -> requests.Response:
        """Make a call of the attempt that is on its way."""
        with requests.Session() as session:
            session.trust_env = False
            for scheme in WEB:
                session.mount(f"{scheme}://", _Adapter(_attempt.get()))
            return session.request(method, url, **{**given, "allow_redirects": False})

    def get(self, url: str, **given: Any) -> requests.Response:
        """GET."""
        return self.request("GET", url, **given)

    def post(self, url: str, **given: Any) -> requests.Response:
        """POST."""
        return self.request("POST", url, **given)

    def put(self, url: str, **given: Any) -> requests.Response:
        """PUT."""
        return self.request("PUT", url, **given)


class ChatRoom:
    """A room in one of the services."""

    def __init__(self, plugin: Any, receivers: HttpReceivers, seconds: float) -> None:
        self._plugin = plugin
        self._receivers = receivers
        self._seconds = seconds
        self._pace = plugin.throttle
        plugin.throttle = self._throttle

    def say(self, post: Post) -> Outcome:
        """Tell the room."""
        return self._tried(post, _Attempt(self._receivers, self._seconds))

    def leads_to(self) -> str:
        """What a message would call first; nothing is sent."""
        attempt = _Attempt(self._receivers, self._seconds, dry=True)
        self._tried(Post("Vez", "Vez"), attempt)
        return attempt.url

    def _tried(self, post: Post, attempt: _Attempt) -> Outcome:
        kept = _attempt.set(attempt)
        try:
            taken = self._plugin.notify(title=post.title, **self._set(post))
        except _Later as later:
            return Outcome(sent=False, reason=str(later), retry_after=later.retry_after)
        except STUMBLES as error:
            taken, attempt.trouble = False, attempt.trouble or type(error).__name__
        finally:
            _attempt.reset(kept)
        return Outcome(sent=True) if taken else attempt.outcome()

    def _set(self, post: Post) -> dict[str, Any]:
        """The body in the form that the service takes. Converted, the address in it would be escaped to pieces."""
        if self._plugin.notify_format == NotifyFormat.MARKDOWN:
            return {"body": post.body.replace("\n", "\n\n"), "body_format": NotifyFormat.MARKDOWN}
        return {"body": post.body, "body_format": NotifyFormat.TEXT}

    def _throttle(self, last_io: Any = None, wait: float | None = None) -> None:
        """Keep a service's pace, which is not the attempt's own time; what it asks to wait for has to fit in that."""
        attempt, began = _attempt.get(), clock.monotonic()
        if attempt.dry:
            return
        if wait is not None and wait > attempt.left:
            raise _Later(wait)
        self._pace(last_io, wait)
        if wait is None:
            attempt.deadline += clock.monotonic() - began


class Engine:
    """Apprise, with what is ours to say of it: no redirects, no pictures, no templates, nothing kept on disk."""

    def __init__(self, receivers: HttpReceivers) -> None:
        self._receivers = receivers
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
        self._asset = AppriseAsset(
            app_id="Vez",
            app_desc="Vez",
            app_url="",
            http_redirects=False,
            allow_templates=False,
            image_url_mask="",
            image_path_mask="",
            interpret_emojis=False,
            storage_mode="memory",
        )

    def judged(self, url: str) -> str | Message:
        """An address without what is secret in it, or what is wrong with it."""
        found = self._plugin(url)
        if isinstance(found, Message):
            return found
        plugin, service = found
        to = ChatRoom(plugin, self._receivers, self._receivers.seconds).leads_to()
        wrong = self._receivers.wrong_with(to) if to else _incomplete(service)
        return masked(plugin, service) if wrong is None else wrong

    def room(self, url: str, *, seconds: float | None = None) -> ChatRoom | Message:
        """The room at an address, or what is wrong with it."""
        found = self._plugin(url)
        if isinstance(found, Message):
            return found
        limit = self._receivers.seconds if seconds is None else min(seconds, self._receivers.seconds)
        return ChatRoom(found[0], self._receivers, limit)

    def _plugin(self, url: str) -> tuple[Any, Service] | Message:
        scheme, service, parts = scheme_of(url), SERVICES.get(scheme_of(url)), None
        if service is not None:
            parts = kind_of(service.module).parse_url(url.strip().replace("/#", "/%23"))
        elif scheme in WEB:
            service, parts = _native(url.strip())
        if service is None:
            return Message(
                "No chat service shows addresses like this: write it as Apprise does, as slack:// or mmosts://"
            )
        return self._made(service, parts)

    def _made(self, service: Service, parts: dict[str, Any] | None) -> tuple[Any, Service] | Message:
        if not parts:
            return _incomplete(service)
        option = wrong_with_options(parts.get("qsd", ()), service)
        if option is not None:
            return option
        try:
            plugin = kind_of(service.module)(**{**parts, "asset": self._asset})
        except STUMBLES:
            return _incomplete(service)
        if len(plugin) != 1:
            return Message("Name exactly one channel in the address: a room is one place")
        return plugin, service


def _incomplete(service: Service) -> Message:
    kind = kind_of(service.module)
    schemes = kind.secure_protocol or kind.protocol
    scheme = str(schemes if isinstance(schemes, str) else schemes[-1])
    named = {"service": service.name, "form": kind.templates[0].replace("{schema}", scheme)}
    return Message("This address of %(service)s is not complete: it looks like %(form)s", named)


@cache
def kind_of(module: str) -> Any:
    """The class of a service, whose module reaches out by our line from now on."""
    found = import_module(f"apprise.plugins.{module}")
    kinds = [x for x in vars(found).values() if isinstance(x, type) and issubclass(x, NotifyBase)]
    [kind] = [x for x in kinds if x.__module__ == found.__name__]
    found.requests = _Requests()  # type: ignore[attr-defined]
    return kind


def _native(url: str) -> tuple[Service | None, dict[str, Any] | None]:
    """The service that shows addresses like this one on its own pages, and what Apprise makes of it."""
    for service in dict.fromkeys(SERVICES.values()):
        parts = kind_of(service.module).parse_native_url(url)
        if parts:
            return service, parts
    return None, None


def masked(plugin: Any, service: Service) -> str:
    """A room's address as Apprise shows it in privacy, without its options; of an open service the host alone."""
    shown = str(plugin.url(privacy=True)).partition("?")[0]
    if service.is_open:
        scheme, _, rest = shown.partition("://")
        shown = f"{scheme}://{rest.partition('/')[0]}/…"
    return shown.rstrip("/").replace("%23", "#")


def _retry_after(answer: Answer) -> timedelta | None:
    """What an answer asks for in Retry-After, in seconds or as a date; at most an hour."""
    told = str(CaseInsensitiveDict(answer.headers).get("Retry-After") or "").strip()
    try:
        wait = timedelta(seconds=int(told)) if told.isdecimal() else parsedate_to_datetime(told) - clock.now()
    except (ValueError, OverflowError, TypeError):
        return None
    return min(max(wait, timedelta()), LONGEST_WAIT)
