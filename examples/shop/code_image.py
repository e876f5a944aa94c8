"""A payment code as a Code 128 barcode, which the scanners of convenience stores read."""

import barcode
from barcode.errors import BarcodeError
from barcode.writer import SVGWriter

# Millimetres; a quiet zone of ten modules on each side belongs to the symbol (ISO/IEC 15417).
SIZES = {"module_width": 0.33, "module_height": 16.0, "quiet_zone": 3.3, "write_text": False}


def svg(code: str) -> bytes | None:
    """The barcode's image, or None for a code that Code 128 has no characters for."""
    if not code:
        return None
    try:
        drawn = barcode.get_barcode_class("code128")(code, writer=SVGWriter())
        image = drawn.render(SIZES)
    except BarcodeError:
        return None
    return bytes(image)
