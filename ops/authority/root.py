"""The root's file: the one thing of the mesh that never leaves the hands of a person.

PKCS#12, encrypted with a passphrase, readable by its owner alone. It is never sent anywhere, and never overwritten.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from ops.authority.certificates import Signer, domains

LEAST = 16
"""Characters of a passphrase: what guards a file that lives for ten years."""
_ROUNDS = 600_000
"""Of PBKDF2 with SHA-256, as OWASP recommends for passwords."""
_PRIVATE = 0o600


class Refused(Exception):
    """What was asked for is not done; one line says why and what to do."""


def fit(passphrase: str) -> str:
    """The passphrase, if it may guard a new root.

    Raises:
        Refused: it is too short.
    """
    if len(passphrase) < LEAST:
        raise Refused(f"the passphrase has {len(passphrase)} characters: a root's has {LEAST} or more")
    return passphrase


def check_absent(path: Path) -> None:
    """See beforehand that `write` will find room.

    Raises:
        Refused: something stands there, or its folder does not.
    """
    if path.exists() or path.is_symlink():
        raise Refused(f"--root-out: {path} exists, and a root is never overwritten; name another file")
    if not path.parent.is_dir():
        raise Refused(f"--root-out: {path.parent} is no folder; make it first")


def write(path: Path, root: Signer, passphrase: str) -> None:
    """Write the root, and return when it is on the disk: what it signs must not outlive it.

    Raises:
        Refused: the file exists, or cannot be written.
    """
    encryption = (
        PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(passphrase.encode())
    )
    content = pkcs12.serialize_key_and_certificates(b"root", root.key, root.certificate, None, encryption)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise Refused(f"--root-out: {path} cannot be written: {error.strerror}") from error


def read(path: Path, passphrase: str, *, trust_domain: str, now: datetime) -> Signer:
    """The root in a file.

    Raises:
        Refused: it cannot be read or opened, others may read it, or it is the root of something else.
    """
    try:
        content, mode = path.read_bytes(), path.stat().st_mode & 0o777
    except OSError as error:
        raise Refused(f"--root-in: {path} cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise Refused(f"--root-in: others may read {path} (mode {mode:o}): chmod 600 {path}, and ask who did")
    try:
        key, certificate, _ = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except ValueError as error:
        raise Refused(f"--root-in: {path} is no root's file, or this is not its passphrase") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate is None:
        raise Refused(f"--root-in: {path} holds no root that hypercell made")
    wanted = f"spiffe://{trust_domain}"
    if domains(certificate) != [wanted]:
        found = ", ".join(domains(certificate)) or "nothing"
        raise Refused(f"--root-in: {path} is the root of {found}, not of {wanted}: take the region's own")
    if certificate.not_valid_after_utc <= now:
        raise Refused(f"--root-in: {path} ended on {certificate.not_valid_after_utc:%Y-%m-%d}: it signs nothing more")
    return Signer(certificate, key)
