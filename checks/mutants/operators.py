"""What mutmut does not try: guards that hold always or never, and things left out.

Runs in mutmut's environment.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import libcst as cst

_TRUE, _FALSE = (cst.Or(), "True"), (cst.And(), "False")


def _condition(node: Any) -> Iterator[Any]:
    """A guard that always holds, and one that never does; it is evaluated all the same."""
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    for operator, constant in (_TRUE, _FALSE):
        forced = cst.BooleanOperation(left=test, operator=operator, right=cst.Name(constant))
        yield node.with_changes(test=forced)


def _statement(node: Any) -> Iterator[Any]:
    """A call whose result nobody uses, or a raise, that does not happen."""
    if isinstance(node, cst.Raise) or isinstance(node.value, cst.Call):
        yield cst.Pass()


def _return(node: Any) -> Iterator[Any]:
    if node.value and not (isinstance(node.value, cst.Name) and node.value.value == "None"):
        yield node.with_changes(value=cst.Name("None"))


def _elements(node: Any) -> Iterator[Any]:
    """A literal collection without one of its elements."""
    elements = node.elements
    least = 1 if isinstance(node, cst.Set) else 0
    for place in range(len(elements)):
        kept = [*elements[:place], *elements[place + 1 :]]
        if len(kept) < least:
            continue
        if isinstance(node, cst.Tuple) and len(kept) == 1:
            # One element alone needs its comma, or else it is in mere parentheses.
            kept = [kept[0].with_changes(comma=cst.Comma())]
        yield node.with_changes(elements=kept)


def _handler(node: Any) -> Iterator[Any]:
    """An exception that is not caught."""
    if node.type is not None:
        yield node.with_changes(
            type=cst.Tuple([]), whitespace_after_except=cst.SimpleWhitespace(" ")
        )


OPERATORS: Sequence[tuple[type, Any]] = [
    (cst.If, _condition),
    (cst.CompIf, _condition),
    (cst.Expr, _statement),
    (cst.Raise, _statement),
    (cst.Return, _return),
    (cst.Set, _elements),
    (cst.Dict, _elements),
    (cst.List, _elements),
    (cst.Tuple, _elements),
    (cst.ExceptHandler, _handler),
]
