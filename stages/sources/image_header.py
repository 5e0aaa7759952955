"""What readers ask of a picture file before anyone decodes it: its size, and how it is meant to be turned.

Which of the two sizes is right depends on what the dataset's boxes and cameras refer to. Annotated datasets (COCO)
count stored pixels: their readers take `image_size_wh` and leave `view.orientation` null. Where there is nothing but
pictures, people mean what they see: such readers take `read_header`, `shown_size_wh` and hand on the `orientation`.
"""

from __future__ import annotations

from pathlib import Path

from stages.image_header import ImageHeader, ImageHeaderError, parse_header

__all__ = ["ImageHeader", "ImageHeaderError", "image_size_wh", "read_header"]


def read_header(path: Path) -> ImageHeader:
    """Read the header of a JPEG, PNG or WebP file.

    Raises:
        FileNotFoundError: There is no such file.
        ImageHeaderError: The header is damaged, of another format, or of too large a picture, or the file cannot be
            opened; the message names the file, `reason` is the drop reason without its first part.
    """
    try:
        with path.open("rb") as file:
            return parse_header(file, str(path))
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:  # a folder, a ring of links, a name that no file can have
        raise ImageHeaderError(f"{path}: cannot be opened ({error})") from error


def image_size_wh(path: Path) -> tuple[int, int]:
    """Read width and height as stored; an EXIF rotation is not applied.

    Raises:
        FileNotFoundError: There is no such file.
        ImageHeaderError: As in `read_header`.
    """
    header = read_header(path)
    return header.width_px, header.height_px
