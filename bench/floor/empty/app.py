"""A handler that does nothing."""


def lambda_handler(event: object, context: object) -> dict[str, int]:
    return {"statusCode": 200}
