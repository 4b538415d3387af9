"""A process that ends in the middle of its work."""


class KilledError(BaseException):
    """The process ends: no handler of exceptions sees it."""
