"""A picture made anew, from standard input to standard output: upright, its first frame, without anything beside it.

Place, device, comment and tail stay behind. Run by itself through app.core.bounded, so it imports nothing of ours; its
argument is the form, such as PNG. Before the picture goes a line with its width and height.
"""

from __future__ import annotations

import io
import sys
import warnings

from PIL import Image, ImageOps

MOST_PIXELS = 50_000_000


def main(form: str) -> None:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        picture: Image.Image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=[form])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise MemoryError("known from the header, before a pixel is decoded") from fault
    ImageOps.exif_transpose(picture, in_place=True)
    picture = picture.convert(mode(picture, form))
    picture.info = {}  # some writers copy a comment or a colour profile from here
    sys.stdout.buffer.write(b"%d %d\n" % picture.size)
    picture.save(sys.stdout.buffer, form, **({} if form == "PNG" else {"quality": 90}))


def mode(picture: Image.Image, form: str) -> str:
    if form != "JPEG" and ("A" in picture.getbands() or "transparency" in picture.info):
        return "RGBA"
    return "L" if picture.mode in {"1", "L"} else "RGB"


if __name__ == "__main__":
    main(sys.argv[1])
