"""Nouns: (reader, actor, …) → frozen results. They never write."""

from services.attachments.queries.files import file, files_of, limits, parameters_of, part_keys_known, upload
from services.attachments.queries.verifying import Content, contents_after, known_contents, known_thumbnails, miscounted

__all__ = [
    "Content",
    "contents_after",
    "file",
    "files_of",
    "known_contents",
    "known_thumbnails",
    "limits",
    "miscounted",
    "parameters_of",
    "part_keys_known",
    "upload",
]
