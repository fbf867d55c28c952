"""Signing keys: trial certificates, tokens, remote credentials, their images, and their end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from asn1crypto import pem
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from xaso.kernel.base.actions import action
from xaso.kernel.base.errors import ActionError, Conflict
from xaso.kernel.documents.actions.files import keep_made
from xaso.kernel.documents.config import config
from xaso.kernel.documents.intake import PNG
from xaso.kernel.documents.models import SigningKey
from xaso.kernel.documents.rights import KEYS
from xaso.kernel.documents.signing import FILE, REMOTE, TOKEN
from xaso.kernel.documents.signing.authority import authority
from xaso.kernel.documents.signing.file_key import new_key
from xaso.kernel.documents.signing.images import clean_stamp
from xaso.kernel.documents.signing.simulator import make_credential
from xaso.kernel.documents.signing.trust import certificates_in
from xaso.kernel.events import emit
from xaso.kernel.people.models import Account
from xaso.kernel.people.viewer import Viewer
from xaso.kernel.plain.ids import uuid7
from xaso.kernel.plain.moment import VIETNAM, now


def _save(
    viewer: Viewer,
    *,
    kind: str,
    unit_path: str,
    adapter: str,
    reference: dict[str, Any],
    certificate: x509.Certificate,
    chain: str,
    holder: str,
    agency: str,
    account: Account | None,
    image: bytes | None,
    trial: bool,
) -> SigningKey:
    if (kind == SigningKey.Kind.PERSON) != (account is not None):
        raise ActionError("Khóa cá nhân phải gắn với một tài khoản; khóa cơ quan thì không.", "account")
    colour = "red" if kind == SigningKey.Kind.AGENCY else "blue"
    file = None
    if image:
        file = keep_made(
            viewer,
            content=clean_stamp(image, colour),
            name="mau-dau.png" if kind == SigningKey.Kind.AGENCY else "mau-chu-ky.png",
            owner_service="documents",
            unit_path=unit_path,
            media_type=PNG,
        )
    key = SigningKey.objects.create(
        kind=kind,
        account=account,
        unit_path=unit_path,
        holder=holder,
        agency=agency,
        adapter=adapter,
        reference=reference,
        certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
        chain=chain,
        serial=f"{certificate.serial_number:X}",
        image=file,
        trial=trial,
        valid_from=certificate.not_valid_before_utc.astimezone(VIETNAM),
        valid_to=certificate.not_valid_after_utc.astimezone(VIETNAM),
    )
    emit(
        "documents.key_added",
        record=key,
        unit_path=unit_path,
        viewer=viewer,
        data={"kind": kind, "adapter": adapter},
    )
    return key


@action
def issue_certificate(
    viewer: Viewer,
    *,
    name: str,
    unit_path: str,
    kind: str,
    pin: str,
    agency: str = "",
    account: Account | None = None,
    title: str = "",
    image: bytes | None = None,
    days: int = 730,
    start: datetime | None = None,
    adapter: str = FILE,
) -> SigningKey:
    """Make a trial key with a certificate of this installation's own authority, opened by ``pin``.

    ``kind``: person (needs ``account``) or agency. ``adapter`` remote puts the key at the simulated provider,
    which asks for its own one-time codes. Raises ActionError when the trial authority is off.
    """
    viewer.must(KEYS, unit_path)
    if not config().trial_authority:
        raise ActionError("Chứng thư dùng thử đã tắt. Dùng chứng thư của nhà cung cấp.")
    if adapter == REMOTE:
        credential = str(uuid7())
        reference, certificate = {"credential": credential}, make_credential(name, agency or name, credential)
    else:
        reference, certificate = new_key(name, agency or name, pin, title=title, days=days, start=start)
    own = authority()
    chain = "".join(
        pair.certificate.public_bytes(serialization.Encoding.PEM).decode() for pair in (own.issuing, own.root)
    )
    return _save(
        viewer,
        kind=kind,
        unit_path=unit_path,
        adapter=REMOTE if adapter == REMOTE else FILE,
        reference=reference,
        certificate=certificate,
        chain=chain,
        holder=name,
        agency=agency or name,
        account=account,
        image=image,
        trial=True,
    )


@action
def add_key(
    viewer: Viewer,
    *,
    adapter: str,
    reference: dict[str, Any],
    certificate_file: bytes,
    holder: str,
    unit_path: str,
    kind: str,
    agency: str = "",
    chain_file: bytes = b"",
    account: Account | None = None,
    image: bytes | None = None,
) -> SigningKey:
    """Attach a key held elsewhere: a PKCS#11 token (``token``, ``key`` labels) or a remote ``credential``."""
    viewer.must(KEYS, unit_path)
    needed = {TOKEN: ("token", "key"), REMOTE: ("credential",)}.get(adapter)
    if needed is None or any(not str(reference.get(name, "")).strip() for name in needed):
        raise ActionError(
            "Chọn loại khóa và điền đủ nhãn thiết bị hoặc mã chứng thư ở nhà cung cấp.", "reference"
        )
    try:
        certificate = certificates_in(certificate_file)[0]
        chain = (
            [pem.armor("CERTIFICATE", one.dump()).decode() for one in certificates_in(chain_file)]
            if chain_file
            else []
        )
        loaded = x509.load_der_x509_certificate(certificate.dump())
    except (ValueError, IndexError) as error:
        raise ActionError(
            "Không đọc được tệp chứng thư. Chọn tệp .cer, .crt hoặc .pem.", "certificate_file"
        ) from error
    return _save(
        viewer,
        kind=kind,
        unit_path=unit_path,
        adapter=adapter,
        reference=reference,
        certificate=loaded,
        chain="".join(chain),
        holder=holder,
        agency=agency or holder,
        account=account,
        image=image,
        trial=False,
    )


@action
def set_key_image(viewer: Viewer, *, key: SigningKey, image: bytes) -> SigningKey:
    """Replace the picture of a signature or seal; papers signed before keep theirs."""
    viewer.must(KEYS, key.unit_path)
    key.image = keep_made(
        viewer,
        content=clean_stamp(image, "red" if key.kind == SigningKey.Kind.AGENCY else "blue"),
        name="mau-dau.png" if key.kind == SigningKey.Kind.AGENCY else "mau-chu-ky.png",
        owner_service="documents",
        unit_path=key.unit_path,
        media_type=PNG,
    )
    key.save(update_fields=["image"])
    return key


@action
def revoke_key(viewer: Viewer, *, key: SigningKey, reason: str) -> SigningKey:
    """End a key now. A trial certificate also enters the revocation list. Signatures made before stay valid."""
    viewer.must(KEYS, key.unit_path)
    if not reason.strip():
        raise ActionError("Nhập lý do thu hồi.", "reason")
    held = SigningKey.objects.select_for_update().get(pk=key.pk)
    if held.revoked_at:
        raise Conflict("Chứng thư này đã thu hồi trước đó.")
    held.revoked_at, held.revoked_reason = now(), reason.strip()[:200]
    held.save(update_fields=["revoked_at", "revoked_reason"])
    emit("documents.key_revoked", record=held, unit_path=held.unit_path, viewer=viewer)
    return held
