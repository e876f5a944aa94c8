"""A handler that imports boto3 and requests, with a client of DynamoDB's and a session."""

import boto3
import requests

dynamodb = boto3.client("dynamodb")
session = requests.Session()


def lambda_handler(event: object, context: object) -> dict[str, int]:
    return {"statusCode": 200}
