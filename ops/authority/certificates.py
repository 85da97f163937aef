"""Certificates of the mesh's authorities: made, put into the shape istiod reads, and judged.

After SPIFFE's X.509 profile: an authority is called by its trust domain without a path, signs certificates and
nothing else, and an intermediate signs no authority (path length 0).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from fleet import authority

_EARLIER = timedelta(minutes=10)
"""Clocks differ: a certificate is valid from a little before it was made."""


class Broken(Exception):
    """What is stored as an authority is none; the text says why."""


@dataclass(frozen=True)
class Signer:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.certificate)


@dataclass(frozen=True)
class Authority:
    """What is known of a cell's authority without its key."""

    roots: tuple[str, ...]
    """Fingerprints of the roots that the cell trusts; the older first."""
    root_ends: datetime
    """End of the root that signed it."""
    issuer: str
    """Fingerprint of that root."""
    intermediate: str
    """Fingerprint of the intermediate itself."""
    ends: datetime


def make_root(*, trust_domain: str, now: datetime) -> Signer:
    """A root for a region's trust domain, which lives `authority.ROOT_DAYS`."""
    # P-384 for ten years, P-256 for one: istiod and proxies take both.
    key = ec.generate_private_key(ec.SECP384R1())
    ends = now + timedelta(days=authority.ROOT_DAYS)
    name = _name(trust_domain, f"{trust_domain} root", now)
    built = _builder(name, name, key, trust_domain, now, ends, path_length=1)
    return Signer(built.sign(key, hashes.SHA384()), key)


def make_intermediate(*, root: Signer, trust_domain: str, cell: str, now: datetime) -> Signer:
    """An intermediate for a cell: `authority.CELL_DAYS`, or what is left of its root."""
    key = ec.generate_private_key(ec.SECP256R1())
    ends = min(now + timedelta(days=authority.CELL_DAYS), root.certificate.not_valid_after_utc)
    name = _name(trust_domain, f"{cell} intermediate", now)
    built = _builder(name, root.certificate.subject, key, trust_domain, now, ends, path_length=0)
    signed = built.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(root.key.public_key()), critical=False
    )
    return Signer(signed.sign(root.key, hashes.SHA384()), key)


def _name(organization: str, common: str, now: datetime) -> x509.Name:
    """No two authorities have the same name: two roots of a region stand side by side while one replaces the other."""
    unique = f"{common} {now:%Y-%m-%d} {secrets.token_hex(4)}"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, unique),
        ]
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    trust_domain: str,
    now: datetime,
    ends: datetime,
    *,
    path_length: int,
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"spiffe://{trust_domain}")]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def domains(certificate: x509.Certificate) -> list[str]:
    """The SPIFFE IDs a certificate is called by."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.UniformResourceIdentifier)


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def bundle(intermediate: Signer, roots: str) -> dict[str, str]:
    """The value of a cell's secret.

    Args:
        roots: the roots to trust, as PEM one behind the other.
    """
    key = intermediate.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    certificate = pem(intermediate.certificate)
    return {
        authority.CERTIFICATE: certificate,
        authority.KEY: key,
        authority.ROOTS: roots,
        # Pods show it to peers, which have the roots themselves.
        authority.CHAIN: certificate,
    }


def with_root(stored: Mapping[str, str], root: str) -> dict[str, str]:
    """The same authority, which trusts one root more. The text of before stays whole in front: a running istiod takes
    other roots only if one text contains the other (`handleEvent` in its `istio_ca.go`)."""
    before = stored[authority.ROOTS]
    return {**stored, authority.ROOTS: f"{before}{'' if before.endswith(chr(10)) else chr(10)}{root}"}


def root_of(stored: Mapping[str, str], wanted: str) -> str:
    """The root of a fingerprint among those an authority trusts, as PEM.

    Raises:
        LookupError: it is not among them.
    """
    for one in x509.load_pem_x509_certificates(stored[authority.ROOTS].encode()):
        if fingerprint(one) == wanted:
            return pem(one)
    raise LookupError(wanted)


def judge(stored: Mapping[str, str], *, trust_domain: str) -> Authority:
    """What an authority says of itself, after its chain, its names and its key were verified. Dates are not judged.

    Raises:
        Broken: istiod could not use it, or other cells would not believe it.
    """
    missing = [key for key in authority.KEYS if not stored.get(key)]
    if missing:
        raise Broken(f"{', '.join(missing)}: not there")
    try:
        (own,) = x509.load_pem_x509_certificates(stored[authority.CERTIFICATE].encode())
        roots = x509.load_pem_x509_certificates(stored[authority.ROOTS].encode())
        chain = x509.load_pem_x509_certificates(stored[authority.CHAIN].encode())
        key = load_pem_private_key(stored[authority.KEY].encode(), None)
    except (ValueError, TypeError) as error:
        raise Broken(f"not readable as PEM ({error})") from error
    if _raw(key.public_key()) != _raw(own.public_key()):
        raise Broken(f"{authority.KEY} is not the key of {authority.CERTIFICATE}")
    if own not in chain:
        raise Broken(f"{authority.CHAIN} does not hold {authority.CERTIFICATE}")
    for who, certificate in ((authority.CERTIFICATE, own), *((authority.ROOTS, root) for root in roots)):
        if domains(certificate) != [f"spiffe://{trust_domain}"]:
            raise Broken(f"{who} is not of the trust domain {trust_domain}")
    _signs_pods_only(own)
    issuer = next((root for root in roots if _signed(own, root)), None)
    if issuer is None:
        raise Broken(f"none of {authority.ROOTS} signed {authority.CERTIFICATE}")
    return Authority(
        roots=tuple(fingerprint(root) for root in roots),
        root_ends=issuer.not_valid_after_utc,
        issuer=fingerprint(issuer),
        intermediate=fingerprint(own),
        ends=own.not_valid_after_utc,
    )


def _raw(key: object) -> bytes:
    encoded: bytes = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined]
    return encoded


def _signs_pods_only(certificate: x509.Certificate) -> None:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound as error:
        raise Broken(f"{authority.CERTIFICATE} does not say what it may be used for") from error
    if not (constraints.ca and constraints.path_length == 0 and usage.key_cert_sign):
        raise Broken(f"{authority.CERTIFICATE} is no authority for pods (CA with path length 0)")


def _signed(certificate: x509.Certificate, root: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
