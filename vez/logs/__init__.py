"""Event logs, read as cases: XES (IEEE 1849), CSV and OCEL 2.0 (JSON), compressed or not.

A log is somebody else's file: nothing in it is trusted, and everything wrong with it is one `LogError`, whose text a
person can act on.
"""

from vez.logs.model import Columns, EventLog, LogCase, LogError, LogEvent, Value
from vez.logs.reading import open_log

__all__ = ["Columns", "EventLog", "LogCase", "LogError", "LogEvent", "Value", "open_log"]
