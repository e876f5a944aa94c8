"""What all peers do alike, as somebody would write it who has no more than a framework and boto3.

The rules of Finpay's wire (the signature's candidate forms, the token in the callback's URL) are
the service's own, from `payments.callbacks`: every receiver of callbacks needs them.
The model of the request is plain pydantic, as the frameworks' documentation shows it, with the
limits of Finpay's tables.
"""
