"""template.yaml as CloudFormation gets it: SAM's Globals applied, what SAM adds written out.

Checkers that read the template alone are blind to both. `python -m checks.sam FILE` writes it.
"""

import json
import logging
import sys
from pathlib import Path
from typing import Any

from boto3.session import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from local.template import read

TEMPLATE = Path(__file__).parent.parent / "template.yaml"
REGION = "ap-southeast-3"
# It says of a flag of its own that it was not set.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


def transformed(text: str, stage: str = "prod", snap_start: str = "None") -> dict[str, Any]:
    """The template in `text` after SAM's transform, with its parameters' defaults; no network.

    `prod` is the stage with everything: only there SAM adds what canaries need.
    """
    template = read(text)
    # SAM takes no folder here; `sam deploy` has uploaded it by then.
    template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    values = {name: one.get("Default") for name, one in template["Parameters"].items()}
    translator = Translator(None, Parser(), boto_session=Session(region_name=REGION))
    document: dict[str, Any] = translator.translate(
        template, values | {"Stage": stage, "SnapStart": snap_start}, passthrough_metadata=True
    )
    return document


def write(file: Path) -> None:
    """Write the transformed template as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(transformed(TEMPLATE.read_text()), indent=2))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
