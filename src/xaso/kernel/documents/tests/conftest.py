"""Keys and files of these tests live in folders of their own; the trial authority is made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from PIL import Image, ImageDraw

from xaso.kernel.documents.signing import file_key
from xaso.kernel.documents.signing.authority import Authority, authority
from xaso.kernel.documents.signing.base import BITS
from xaso.kernel.documents.testing import trust_folder


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session", autouse=True)
def quick_keys():
    """Making an RSA key takes most of a test's time: signers share one here, the authority has its own."""
    make = rsa.generate_private_key
    kept = make(65537, 2048)
    patch = pytest.MonkeyPatch()
    patch.setattr(rsa, "generate_private_key", lambda e, size: kept if size == 2048 else make(e, size))
    signer = make(65537, BITS)
    patch.setattr(file_key, "make_key", lambda: signer)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def own_folders(settings, key_folder: Path, tmp_path: Path):
    settings.XASO_KEYS_DIR = str(key_folder)
    settings.XASO_FILES = str(tmp_path / "files")
    settings.XASO_S3_URL = ""
    settings.XASO_BASE_URL = "https://xaso.example"


@pytest.fixture
def own_authority(own_folders) -> Authority:
    return authority()


@pytest.fixture(scope="session")
def nss(key_folder: Path, tmp_path_factory: pytest.TempPathFactory):
    made: list[Path] = []

    def folder(root: x509.Certificate) -> Path:
        if not made:
            made.append(trust_folder(tmp_path_factory.mktemp("nss"), root.dump()))
        return made[0]

    return folder


def drawing(colour: str, size: tuple[int, int], ring: bool = False) -> bytes:
    """A transparent PNG with something on it."""
    import io

    image = Image.new("RGBA", size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    box = (10, 10, size[0] - 10, size[1] - 10)
    if ring:
        pen.ellipse(box, outline=colour, width=8)
    else:
        pen.line([(10, size[1] - 20), (size[0] // 2, 10), (size[0] - 10, size[1] - 30)], fill=colour, width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
