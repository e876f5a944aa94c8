"""The ledger of a payment: what was paid and refunded, and what operators decided. Pure.

`entry` has the records that are stored. `identity` tells which reports are about the same payment
`received`, and `possible` which of it may be other money. `refunds` tells which money went back,
and `standing` what follows for the payment. The package imports nothing of the service.
"""
