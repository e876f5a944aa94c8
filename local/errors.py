"""What stops the local stack.

LocalStackError            one line: what is wrong and how to go on
└── MissingToolError       the machine lacks something that the stack needs: a tool, a package
"""


class LocalStackError(Exception):
    """The stack cannot start or go on; the message is all that a developer needs."""


class MissingToolError(LocalStackError):
    """The machine lacks a tool or a package; the tests of the stack are skipped then."""
