"""`/dev/mail`: the mail sink's messages as a page, or as JSON with `Accept: application/json`."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from flask import Flask, Response, abort, render_template_string, request

from vez.embedded.mailbox import Mailbox, Message

MOST = 1000
SHOWN = 100
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'"
HTML_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mail that Vez sent</title>
<meta name="viewport" content="width=device-width"><style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
article { border-top: 1px solid #ccc; padding: .5rem 0; } summary { cursor: pointer; }
time, .to { color: #555; font-size: .875rem; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body { background: #111; color: #eee; } time, .to { color: #aaa; } a { color: #8bf; }
}
</style></head><body>
<h1>Mail that Vez sent</h1>
<p>Nothing leaves this machine: the newest {{ most }} messages are kept here.</p>
{% for message in messages %}<article><details>
<summary><strong>{{ message.subject or "(no subject)" }}</strong><br>
<span class="to">{{ message.to }}</span> · <time>{{ message.received_at.isoformat(" ", "seconds") }}</time></summary>
<pre>{{ message.text }}</pre>
{% if message.html %}<p><a href="/dev/mail/{{ message.id }}/html">As HTML</a></p>{% endif %}
</details></article>
{% else %}<p>No message yet.</p>{% endfor %}
</body></html>"""


def create_app(mailbox: Mailbox, public_url: str) -> Flask:
    """The application of the pages below `/dev/mail`, for those who open it at the public address or by loopback."""
    app = Flask("vez.mail", static_folder=None)
    names = {"127.0.0.1", "localhost", "[::1]", urlsplit(public_url).netloc.rpartition(":")[0]}

    @app.before_request
    def refuse_foreign_names() -> None:
        """A foreign name that leads here (DNS rebinding) must not read links for first access."""
        host = request.host
        if host not in names and host.rpartition(":")[0] not in names:
            abort(403)

    @app.route("/dev/mail")
    def listed() -> Response:
        wants_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
        limit = min(request.args.get("limit", MOST if wants_json else SHOWN, type=int), MOST)
        messages = mailbox.newest(limit, request.args.get("to", ""))
        return _json(messages) if wants_json else _page(messages)

    @app.route("/dev/mail/<id>/html")
    def html(id: str) -> Response:
        message = mailbox.find(id)
        if message is None or not message.html:
            abort(404)
        return Response(message.html, headers={"Content-Security-Policy": HTML_POLICY}, content_type="text/html")

    return app


def _json(messages: list[Message]) -> Response:
    return Response(msgspec.json.encode({"items": messages}), content_type="application/json")


def _page(messages: list[Message]) -> Response:
    page = render_template_string(PAGE, messages=messages, most=MOST)
    return Response(page, headers={"Content-Security-Policy": POLICY}, content_type="text/html")
