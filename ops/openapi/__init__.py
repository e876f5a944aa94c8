"""Generates docs/openapi.json, the OpenAPI document of the HTTP API, from the code."""
