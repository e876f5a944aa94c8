"""The storefront's request for a payment: its objects, the rules of their fields, the policy.

`payment_request` parses a document with Powertools' parser and tells what is wrong with it.
`request_policy` has the rules of one deployment and one storefront. The other modules are named
after the objects. Each defines its field types, with limit, check, error text and JSON Schema in
one place, and then the objects that have them. The package imports pydantic, Powertools' parser and
`domain`.
"""
