import pytest

from payments.payment_requests.message_redaction import redact

SENT = ["Al", "Siti Nurhaliza", "siti@rahasia.example", "+6281286288844", "Jl. Merdeka 1", "5301"]


@pytest.mark.parametrize(
    "quoted",
    [
        *("Al", "AL", "Siti Nurhaliza", "nurhaliza", "SITI", "5301", "Jl. Merdeka 1", "merdeka"),
        *("siti@rahasia.example", "SITI@RAHASIA.EXAMPLE", "someone@else.example"),
        *("+6281286288844", "081286288844", "81286288844", "0812-8628-8844", "0812 8628 8844"),
    ],
)
def test_what_was_sent_is_cut_however_it_is_quoted(quoted: str) -> None:
    redacted = redact(f"Invalid Field Format: {quoted} (why)", SENT)
    assert redacted == "Invalid Field Format: … (why)"


def test_the_longest_value_is_cut_first() -> None:
    assert redact("Bad name Siti Nurhaliza", ["Siti", "Siti Nurhaliza"]) == "Bad name …"


def test_a_message_that_quotes_nothing_stays_as_it_is() -> None:
    assert redact("Invalid Field Format. order.amount", SENT) == (
        "Invalid Field Format. order.amount"
    )


def test_a_short_name_is_not_cut_out_of_other_words() -> None:
    assert redact("Invalid", ["al", "-", ""]) == "Invalid"
