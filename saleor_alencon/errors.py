"""The one root of every error this project raises on purpose."""


class AlenconError(Exception):
    """A failure with a message for a person: it names the place and the cure.

    ``retryable`` says whether the same call may succeed later without a change by a person.
    """

    retryable: bool = False
