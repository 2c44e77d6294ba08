"""One base error and a handful of subclasses, each named by what the caller can do about it.

Messages are shown to people as they stand and end in logs: ids and numbers, never names or
case content; first what is wrong, then what to do.
"""


class WorkbenchError(Exception):
    """Base of every error this project raises on purpose."""


class BadInput(WorkbenchError):
    """What was handed in cannot be used as it is; change it and try again.

    Parameters
    ----------
    message : str
        The sentence that is shown.
    code : str
        The short code of datasets/README.md, for example ``dup_header``.
    place : str
        Where, for example ``line 12`` or ``persons.csv``; empty where the whole is meant.
    """

    def __init__(self, message: str, *, code: str = "bad_input", place: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.place = place


class NotFound(WorkbenchError):
    """No such thing here; look it up and name one that exists."""


class NotAllowed(WorkbenchError):
    """The account's role does not permit this; ask someone whose role does."""


class NotCleared(WorkbenchError):
    """The gate is closed: a step or a decision is missing; take that step first."""


class Conflict(WorkbenchError):
    """Somebody or something was there first, or what was read is stale; reload and look again."""


class Withheld(WorkbenchError):
    """A result exists but failed its own check, so it is not shown.

    Parameters
    ----------
    message : str
        The sentence that is shown.
    method : str
        Whose parts missed, as the log names it; empty where that is not what failed.
    residual : float
        By how much, in log-odds; NaN where no number says it.
    """

    def __init__(self, message: str, *, method: str = "", residual: float = float("nan")) -> None:
        super().__init__(message)
        self.method = method
        self.residual = residual


class CheckFailed(WorkbenchError):
    """A check ran and found a fault; the message names the place."""


class Unavailable(WorkbenchError):
    """Something outside is missing or too old; install or start it."""
