"""The one origin: caddy on the public socket that the supervisor holds, before applications, stream and store."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from vez import lazy
from vez.embedded import child
from vez.embedded.folder import Folder
from vez.embedded.store import BUCKET

MEMORY = "64MiB"
CONFIGURATION = """{{
	admin off
	auto_https off
	persist_config off
	grace_period 1s
	log {{
		output stderr
		level WARN
	}}
	servers {{
		protocols h1
		timeouts {{
			read_header 10s
			idle 2m
		}}
	}}
}}

http:// {{
	bind fd/3
	header -Via
	header -Server
	handle /api/notify/v1/stream {{
		reverse_proxy "unix/{sockets}/stream.sock" {{
			flush_interval -1
			lb_try_duration 10s
			lb_try_interval 50ms
		}}
	}}
	handle /{bucket}/* {{
		reverse_proxy 127.0.0.1:{store_port} {{
			lb_try_duration 10s
			lb_try_interval 50ms
		}}
	}}
	handle {{
		@pages not path /api/*
		encode @pages gzip
		reverse_proxy "unix/{sockets}/http.sock" {{
			lb_try_duration 10s
			lb_try_interval 50ms
		}}
	}}
}}
"""


def become(folder: Folder, sockets: Path, public: int, store_port: int) -> Callable[[], None]:
    """What a forked child does to become the front."""
    configuration = sockets / "Caddyfile"
    configuration.write_text(CONFIGURATION.format(sockets=sockets, bucket=BUCKET, store_port=store_port))
    arguments = [lazy.program("caddy"), "run", "--adapter", "caddyfile", "--config", str(configuration)]
    home = str(folder.root / "front")
    environ = {"HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home, "PATH": os.defpath, "GOMEMLIMIT": MEMORY}
    return lambda: child.execute(arguments, environ, inherit=[public])
