"""XES (IEEE 1849-2023), written case by case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import IO, Final
from xml.sax.saxutils import quoteattr

from vez.export.story import STAGE
from vez.logs import LogCase, Value
from vez.logs.model import ACTIVITY, TIMESTAMP

NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, not even escaped (XML 1.0, production 2)."""

HEAD: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2023" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<extension name="Vez" prefix="vez" uri="urn:vez:xes"/>
<global scope="trace">
<string key="{ACTIVITY}" value=""/>
</global>
<global scope="event">
<string key="{ACTIVITY}" value=""/>
<date key="{TIMESTAMP}" value="1970-01-01T00:00:00+00:00"/>
<string key="{STAGE}" value=""/>
</global>
<classifier name="Stage" scope="event" keys="{ACTIVITY}"/>
<classifier name="Stage code" scope="event" keys="{STAGE}"/>
"""


def write(cases: Iterable[LogCase], out: IO[str]) -> None:
    """Write the cases as a log. Raises OSError."""
    out.write(HEAD)
    for case in cases:
        out.write("<trace>\n")
        out.write(_attributes(case.attributes))
        for event in case.events:
            out.write(f"<event>\n{_attributes(event.attributes)}</event>\n")
        out.write("</trace>\n")
    out.write("</log>\n")


def _attributes(held: Mapping[str, Value]) -> str:
    return "".join(_attribute(key, value) for key, value in held.items())


def _attribute(key: str, value: Value) -> str:
    tag, text = _typed(value)
    return f"<{tag} key={quoteattr(_fit(key))} value={quoteattr(_fit(text))}/>\n"


def _typed(value: Value) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", str(value).lower()
    if isinstance(value, datetime):
        return "date", value.isoformat()
    tag = "int" if isinstance(value, int) else "float" if isinstance(value, float) else "string"
    return tag, str(value)


def _fit(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
