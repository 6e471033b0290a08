"""Why a file is refused, in its sender's words; without values, so that every service can say them."""

from __future__ import annotations

from typing import Final

TOO_LONG: Final = "More arrived than was announced. Send the file again"
TOO_SHORT: Final = "Not all of the file arrived. Send it again"
CHANGED: Final = "What is there is not what you said you sent. Send the file again"
WRONG_HASH: Final = "The file was damaged on its way. Send it again"
WRONG_TYPE: Final = "Files of this kind are not accepted here"
WRONG_ENDING: Final = "The name's ending does not fit what the file is"
WRONG_DECLARATION: Final = "The file is not of the kind that was announced"
UNKNOWN_TYPE: Final = "It cannot be told what kind of file this is"
TWO_IN_ONE: Final = "This file is two files in one"
BROKEN_IMAGE: Final = "This picture is damaged"
HUGE_IMAGE: Final = "This picture has too many pixels"
ACTIVE_IMAGE: Final = "This picture carries a program"
MACROS: Final = "This document carries a program (macros)"
BROKEN_ARCHIVE: Final = "This archive is damaged"
LOCKED: Final = "This file is protected by a password, so it cannot be checked"
ODD_ARCHIVE: Final = "This archive is packed in a way that cannot be checked"
HUGE_ARCHIVE: Final = "This archive unpacks to more than is accepted"
CROWDED_ARCHIVE: Final = "This archive holds too many files"
DEEP_ARCHIVE: Final = "This archive holds archives in archives"
ESCAPING_ARCHIVE: Final = "This archive would write outside its folder"
VIRUS: Final = "A virus was found in this file"
TOO_LARGE_TO_SCAN: Final = "This file is too large for the virus scanner"
UNCHECKABLE: Final = "This file could not be checked"


class Refused(Exception):
    """The check refuses a file, for this reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
