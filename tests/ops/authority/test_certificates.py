"""What is issued is what istiod and its peers can verify: the chain, the names, the uses and the dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from fleet import authority
from ops.authority.certificates import (
    Broken,
    Signer,
    bundle,
    fingerprint,
    judge,
    make_intermediate,
    make_root,
    pem,
    root_of,
    with_root,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DOMAIN = "skyline-use1.mesh"


def root(domain: str = DOMAIN, now: datetime = NOW) -> Signer:
    return make_root(trust_domain=domain, now=now)


def under(signer: Signer, domain: str = DOMAIN, now: datetime = NOW) -> dict[str, str]:
    made = make_intermediate(root=signer, trust_domain=domain, cell="use1-a", now=now)
    return bundle(made, pem(signer.certificate))


def pod(stored: dict[str, str], identity: str, *, hours: int = authority.WORKLOAD_HOURS) -> x509.Certificate:
    """A pod's certificate as istiod signs it: with what the secret holds, and nothing else."""
    issuer = x509.load_pem_x509_certificate(stored[authority.CERTIFICATE].encode())
    key = load_pem_private_key(stored[authority.KEY].encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    own = ec.generate_private_key(ec.SECP256R1())
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(issuer.subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(minutes=2))
        .not_valid_after(NOW + timedelta(hours=hours))
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)]), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def believed(leaf: x509.Certificate, shown: dict[str, str], trusting: dict[str, str], at: datetime = NOW) -> list[str]:
    """Whom a peer that trusts the roots of one cell takes a pod of another cell for.

    Raises:
        VerificationError: it does not believe it.
    """
    store = Store(x509.load_pem_x509_certificates(trusting[authority.ROOTS].encode()))
    verifier = PolicyBuilder().store(store).time(at).build_client_verifier()
    chain = x509.load_pem_x509_certificates(shown[authority.CHAIN].encode())
    verified = verifier.verify(leaf, chain)
    return [name.value for name in verified.subjects or ()]


BOOKINGS = f"spiffe://{DOMAIN}/ns/bookings/sa/bookings"


def test_a_pod_of_one_cell_is_believed_in_another_cell_of_its_region():
    shared = root()
    here, there = under(shared), under(shared)
    assert here[authority.CERTIFICATE] != there[authority.CERTIFICATE]
    assert believed(pod(here, BOOKINGS), here, there) == [BOOKINGS]


def test_a_pod_of_another_region_is_not_believed():
    here, there = under(root()), under(root())
    with pytest.raises(VerificationError):
        believed(pod(there, BOOKINGS), there, here)


def test_while_a_root_is_replaced_every_cell_believes_every_other_at_every_step():
    old, new = root(), root()
    before = under(old)
    trusts = with_root(before, pem(new.certificate))
    moved = bundle(make_intermediate(root=new, trust_domain=DOMAIN, cell="use1-a", now=NOW), trusts[authority.ROOTS])
    after = {**moved, authority.ROOTS: root_of(moved, fingerprint(new.certificate))}
    steps = [before, trusts, moved, after]
    for one, next_one in pairwise(steps):
        for mine, theirs in ((one, next_one), (next_one, one)):
            assert believed(pod(mine, BOOKINGS), mine, theirs) == [BOOKINGS]
    # What the waits between the steps are for: two steps apart they do not.
    with pytest.raises(VerificationError):
        believed(pod(moved, BOOKINGS), moved, before)
    with pytest.raises(VerificationError):
        believed(pod(trusts, BOOKINGS), trusts, after)


def test_the_roots_of_one_step_contain_those_of_the_other_word_for_word():
    """A running istiod takes other roots only then; it would go on with the old ones, and say so in its log."""
    old, new = root(), root()
    before = under(old)
    both = with_root(before, pem(new.certificate))
    assert before[authority.ROOTS] in both[authority.ROOTS]
    assert root_of(both, new.fingerprint) in both[authority.ROOTS]
    ragged = {**before, authority.ROOTS: before[authority.ROOTS].rstrip("\n")}
    assert ragged[authority.ROOTS] in with_root(ragged, pem(new.certificate))[authority.ROOTS]
    assert judge(with_root(ragged, pem(new.certificate)), trust_domain=DOMAIN).roots == (
        old.fingerprint,
        new.fingerprint,
    )


def test_an_intermediate_signs_pods_and_no_further_authority():
    stored = under(root())
    made = x509.load_pem_x509_certificate(stored[authority.CERTIFICATE].encode())
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    key = load_pem_private_key(stored[authority.KEY].encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    deeper = make_intermediate(root=Signer(made, key), trust_domain=DOMAIN, cell="thief", now=NOW)
    forged = bundle(deeper, stored[authority.ROOTS])
    shown = {**forged, authority.CHAIN: forged[authority.CHAIN] + stored[authority.CHAIN]}
    with pytest.raises(VerificationError):
        believed(pod(forged, BOOKINGS), shown, stored)


def test_authorities_are_called_by_their_trust_domain_and_use_their_keys_for_certificates_only():
    signer = root()
    own = x509.load_pem_x509_certificate(under(signer)[authority.CERTIFICATE].encode())
    for certificate in (signer.certificate, own):
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"spiffe://{DOMAIN}"]
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
        assert usage.critical
        assert usage.value.key_cert_sign
        assert not usage.value.digital_signature
        with pytest.raises(x509.ExtensionNotFound):
            certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)


def test_lives_are_those_of_the_table_and_none_outlives_its_root():
    signer = root()
    assert signer.certificate.not_valid_after_utc == NOW + timedelta(days=authority.ROOT_DAYS)
    assert judge(under(signer), trust_domain=DOMAIN).ends == NOW + timedelta(days=authority.CELL_DAYS)
    late = NOW + timedelta(days=authority.ROOT_DAYS - 100)
    assert judge(under(signer, now=late), trust_domain=DOMAIN).ends == signer.certificate.not_valid_after_utc


def test_a_pod_is_not_believed_after_its_certificate_ended():
    stored = under(root())
    leaf = pod(stored, BOOKINGS)
    with pytest.raises(VerificationError):
        believed(leaf, stored, stored, at=NOW + timedelta(hours=authority.WORKLOAD_HOURS, minutes=1))


def test_two_roots_of_a_region_have_different_names():
    """A verifier finds a root by its name first."""
    assert root().certificate.subject != root().certificate.subject


def broken(change: str) -> dict[str, str]:
    signer = root()
    stored, other = under(signer), under(root())
    thief = under(root("skyline-euw1.mesh"), "skyline-euw1.mesh")
    flat = pem(signer.certificate)
    key = signer.key
    return {
        "key": {**stored, authority.KEY: other[authority.KEY]},
        "roots": {**stored, authority.ROOTS: other[authority.ROOTS]},
        "chain": {**stored, authority.CHAIN: other[authority.CHAIN]},
        "region": thief,
        "empty": {**stored, authority.CHAIN: ""},
        "text": {**stored, authority.KEY: "no key"},
        "root": bundle(Signer(signer.certificate, key), flat),
    }[change]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("key", "ca-key.pem is not the key of ca-cert.pem"),
        ("roots", "none of root-cert.pem signed ca-cert.pem"),
        ("chain", "cert-chain.pem does not hold ca-cert.pem"),
        ("region", "ca-cert.pem is not of the trust domain skyline-use1.mesh"),
        ("empty", "cert-chain.pem: not there"),
        ("text", "not readable as PEM"),
        ("root", "ca-cert.pem is no authority for pods (CA with path length 0)"),
    ],
)
def test_what_istiod_could_not_use_is_told_apart(change: str, said: str):
    with pytest.raises(Broken) as error:
        judge(broken(change), trust_domain=DOMAIN)
    assert said in str(error.value)
