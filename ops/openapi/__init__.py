"""Writes docs/openapi.json, the API as machines read it, from the code."""
