"""What a bundle's numbers rest on: labels of the log, rhythm alone, or numbers from elsewhere."""

from enum import StrEnum


class Basis(StrEnum):
    """How a bundle knows; whatever is not `LEARNED` is a fallback, and every answer says so."""

    LEARNED = "learned"  # label windows of the whole horizon have closed
    RHYTHM = "rhythm"  # none has: rhythm carries what shorter windows show to the horizon
    PRIOR = "prior"  # too little to learn from: published parameters, moved by what was seen
