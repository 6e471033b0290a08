"""From an event log to a catalog: its directly-follows graph as a flow, its attributes as parameters."""
