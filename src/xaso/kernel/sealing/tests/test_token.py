"""The log's key in a token: SoftHSM with an Ed25519 key. In a process of its own, as a module keeps its state."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PLACES = ("/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib/aarch64-linux-gnu/softhsm")
MODULE = next((f"{place}/libsofthsm2.so" for place in PLACES if Path(place, "libsofthsm2.so").exists()), "")

SCRIPT = """
import sys
import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism
from xaso.kernel.plain.logbook.notes import is_signed
from xaso.kernel.sealing.keys import KeyUnavailable, holder_of

module, pin_file = sys.argv[1:]
with pkcs11.lib(module).get_token(token_label="log").open(rw=True, user_pin="1234") as session:
    curve = {Attribute.EC_PARAMS: bytes.fromhex("06032b6570")}
    made = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
    made.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="sign")
wanted = f"pkcs11:module={module};token=log;key=sign;pin-file={pin_file}"
tokens = holder_of(wanted)
reference = tokens.make(wanted)
with tokens.open(reference) as signer:
    assert is_signed(signer.public(), signer.sign(b"head"), b"head")
    assert not is_signed(signer.public(), signer.sign(b"head"), b"another")
for wrong in (wanted.replace("key=sign", "key=none"), wanted.replace("token=log", "token=none"), "pkcs11:"):
    try:
        tokens.make(wrong)
    except KeyUnavailable as error:
        print(error)
    else:
        raise SystemExit(f"{wrong} was taken")
print("signed")
"""


@pytest.mark.skipif(not MODULE or not shutil.which("softhsm2-util"), reason="softhsm2 is not installed")
def test_a_token_signs_and_says_what_is_wrong(tmp_path):
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    (tmp_path / "pin").write_text("1234\n")
    env = {**os.environ, "SOFTHSM2_CONF": str(settings), "PYTHONPATH": os.pathsep.join(sys.path)}
    words = ["--init-token", "--free", "--label", "log", "--pin", "1234", "--so-pin", "87654321"]
    subprocess.run(["softhsm2-util", *words], env=env, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, MODULE, str(tmp_path / "pin")],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.splitlines()[-1] == "signed"
    assert "Kiểm tra XASO_LOG_KEY" in done.stdout
