"""AWS in memory, behind boto3's real clients: DynamoDB, its streams, SQS, Secrets Manager,
KMS and STS.

A request is answered where botocore would send it, so that parameters are checked, errors are
raised and pages are read by the code that does so on AWS. The tests of `tests/functional/store` run
on this and, by `--aws moto`, on moto.
"""
