"""Photographs: opened within limits, turned upright, freed of hidden data, brought to a sensible size."""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from xaso.kernel.documents.intake.base import HEIC, JPEG, PNG, BadFile, IntakeRule

QUALITY = 85
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
_DAMAGED = "Không mở được ảnh này: tệp bị hỏng hoặc chưa tải lên đủ. Chụp lại rồi gửi lại."


def heic_supported() -> bool:
    """Whether this installation can read the photos of iPhones as they are (needs ``pillow-heif``)."""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener()
    return True


def _open(content: bytes, media_type: str, max_pixels: int) -> Image.Image:
    if media_type == HEIC and not heic_supported():
        raise BadFile(
            "Máy chủ chưa đọc được ảnh HEIC. Trên iPhone: mở Cài đặt → Camera → Định dạng → Tương thích nhất, chụp lại."
        )
    try:
        image = Image.open(io.BytesIO(content), formats=(_FORMATS[media_type],))
        if image.width * image.height > max_pixels:
            raise Image.DecompressionBombError
        image.load()
    except Image.DecompressionBombError as error:
        raise BadFile(
            f"Ảnh có quá nhiều điểm ảnh (nhận đến {max_pixels // 1_000_000} triệu). Chụp hoặc quét lại ở cỡ nhỏ hơn."
        ) from error
    except Exception as error:  # decoders raise almost anything on damaged input
        raise BadFile(_DAMAGED) from error
    return image


def _flatten(image: Image.Image) -> Image.Image:
    """RGB or grey on white: transparency would print black."""
    if image.mode in {"RGB", "L"}:
        return image
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGB", layered.size, "white")
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    return image.convert("L" if image.mode in {"1", "I", "I;16", "F"} else "RGB")


def clean_image(content: bytes, media_type: str, rule: IntakeRule) -> tuple[bytes, str]:
    """Re-encode an image: (content, media type). EXIF, place of taking, comments and profiles are dropped.

    Raises BadFile when it cannot be read or is a decompression bomb.
    """
    image = _open(content, media_type, rule.max_pixels)
    try:
        upright = _flatten(ImageOps.exif_transpose(image))
    except Exception as error:
        raise BadFile(_DAMAGED) from error
    upright.thumbnail((rule.max_side, rule.max_side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    plain = Image.new(upright.mode, upright.size)
    plain.paste(upright)
    out = io.BytesIO()
    colours = plain.getcolors(256)
    if media_type == PNG and colours is not None:  # a drawing or a screenshot: sharp edges are worth keeping
        plain.save(out, "PNG", optimize=True)
        return out.getvalue(), PNG
    plain.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue(), JPEG


def thumbnail(content: bytes, side: int = 360) -> bytes:
    """A small WebP of an image we have cleaned before."""
    image = Image.open(io.BytesIO(content))
    image.draft("RGB", (side * 2, side * 2))
    image.thumbnail((side, side))
    out = io.BytesIO()
    _flatten(image).save(out, "WEBP", quality=70)
    return out.getvalue()
