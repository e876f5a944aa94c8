"""Every word of the pages, in both languages; a test holds that neither lacks one."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

LANGUAGES = ("id", "en")
"""The first is for browsers that prefer neither."""
FOLDER = Path(__file__).with_name("words")


def read() -> Mapping[str, Mapping[str, str]]:
    """The words by language and name."""
    return {one: tomllib.loads((FOLDER / f"{one}.toml").read_text("utf-8")) for one in LANGUAGES}
