"""Which tests pytest-xdist leaves in one process."""

import pytest

from testing.scheduling import STACK, scope_of


@pytest.mark.parametrize(
    ("test", "scope"),
    [
        ("tests/stack/test_payments.py::test_a[x]", STACK),
        ("tests/browser/test_till.py::test_b", STACK),
        ("tests/functional/store/test_dynamodb_semantics.py::test_c[stack]", STACK),
        ("tests/functional/store/test_same_answers.py::test_d[stack-0]", STACK),
        ("tests/stack/test_kill.py::test_e", "tests/stack/test_kill.py"),
        (
            "tests/functional/store/test_dynamodb_semantics.py::test_c[moto]",
            "tests/functional/store/test_dynamodb_semantics.py",
        ),
        (
            "tests/property/simulation/test_simulation.py::test_f[0:125]",
            "tests/property/simulation/test_simulation.py::test_f[0:125]",
        ),
    ],
)
def test_tests_that_share_the_stack_are_one_scope_and_others_are_by_file(
    test: str, scope: str
) -> None:
    assert scope_of(test) == scope
