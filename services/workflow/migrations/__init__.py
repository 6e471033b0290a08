"""The schema's history of the workflow service."""
