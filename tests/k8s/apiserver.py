"""A real etcd and kube-apiserver on 127.0.0.1, and the few requests that tests make of them.

The programs are those of KUBEBUILDER_ASSETS, the folder that controller-runtime's envtest reads too. Nothing else of a
cluster runs: no controller, no scheduler, no node. So objects are stored and judged, and nothing comes of them.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ASSETS = os.environ.get("KUBEBUILDER_ASSETS", "")
PROGRAMS = {name: Path(ASSETS or "nowhere") / name for name in ("etcd", "kube-apiserver")}
MISSING = [name for name, file in PROGRAMS.items() if not os.access(file, os.X_OK)]
WHY_SKIPPED = (
    f"KUBEBUILDER_ASSETS is {ASSETS or 'not set'}: name a folder with the programs etcd and kube-apiserver "
    "(of envtest, or built with Go from k8s.io/kubernetes/cmd/kube-apiserver and go.etcd.io/etcd/server/v3)"
)

_TOKEN = "of-the-tests"
_PATIENCE_SECONDS = 60.0
"""How long a program may take until it answers, and to end."""
_CATCHES_UP_SECONDS = 30.0
"""Within this an API server has read what was stored last: definitions, policies, namespaces."""

Document = dict[str, Any]


class Refused(Exception):
    """The API server's answer, as it says it."""


@dataclass
class ApiServer:
    """A running API server, asked as an administrator.

    Attributes:
        account: namespace and name of the service account that is impersonated, as Argo CD does when it syncs.
    """

    url: str
    trust: ssl.SSLContext
    account: tuple[str, str] | None = None
    _resources: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict)

    def impersonating(self, namespace: str, name: str) -> ApiServer:
        """The same server, asked in the name of a service account."""
        return replace(self, account=(namespace, name))

    def version(self) -> str:
        """`1.35`."""
        found = self._ask("GET", "/version")
        return f"{found['major']}.{found['minor']}"

    def apply(self, document: Document, **query: str) -> Document:
        """Store a document server-side, as Argo CD does, with unknown and duplicate fields as errors.

        Raises:
            Refused: it is not stored; the text is the server's.
        """
        wanted = {"fieldManager": "tests", "fieldValidation": "Strict", "force": "true", **query}
        path = f"{self._collection(document)}/{document['metadata']['name']}?{_query(wanted)}"
        return self._ask("PATCH", path, document, "application/apply-patch+yaml")

    def create(self, document: Document, **query: str) -> Document:
        return self._ask("POST", f"{self._collection(document)}?{_query(query)}", document)

    def replace(self, document: Document, **query: str) -> Document:
        return self._ask(
            "PUT", f"{self._collection(document)}/{document['metadata']['name']}?{_query(query)}", document
        )

    def get(self, document: Document) -> Document:
        return self._ask("GET", f"{self._collection(document)}/{document['metadata']['name']}")

    def delete(self, document: Document, **query: str) -> Document:
        return self._ask("DELETE", f"{self._collection(document)}/{document['metadata']['name']}?{_query(query)}")

    def knows(self, document: Document) -> bool:
        """Whether it has the kind."""
        return self._resource(document) is not None

    def define(self, definitions: Iterable[Document]) -> None:
        """Install CustomResourceDefinitions, and wait until their objects can be stored."""
        awaited = list(definitions)
        for definition in awaited:
            self.apply(definition)
        until = time.monotonic() + _PATIENCE_SECONDS
        while awaited and time.monotonic() < until:
            awaited = [one for one in awaited if not self._established(one)]
            time.sleep(0.1)
        assert not awaited, f"never established: {[one['metadata']['name'] for one in awaited]}"
        self._resources.clear()

    def _established(self, definition: Document) -> bool:
        conditions = self.get(definition).get("status", {}).get("conditions") or []
        return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)

    def _collection(self, document: Document) -> str:
        found = self._resource(document)
        if found is None:
            raise Refused(f"no such kind: {document['apiVersion']} {document['kind']}")
        resource, namespaced = found
        space = f"/namespaces/{document['metadata']['namespace']}" if namespaced else ""
        return f"{_root(document['apiVersion'])}{space}/{resource}"

    def _resource(self, document: Document) -> tuple[str, bool] | None:
        key = document["apiVersion"], document["kind"]
        if key not in self._resources:
            try:
                listed = self._ask("GET", _root(key[0]))["resources"]
            except Refused:
                return None
            for one in listed:
                if "/" not in one["name"]:
                    self._resources[key[0], one["kind"]] = one["name"], one["namespaced"]
        return self._resources.get(key)

    def _impersonated(self) -> dict[str, str]:
        if self.account is None:
            return {}
        return {"Impersonate-User": f"system:serviceaccount:{':'.join(self.account)}"}

    def _ask(self, method: str, path: str, body: Any = None, content: str = "application/json") -> Any:
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {_TOKEN}", "Content-Type": content} | self._impersonated(),
        )
        try:
            with urllib.request.urlopen(request, context=self.trust, timeout=_PATIENCE_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode()
            try:
                raise Refused(json.loads(said)["message"]) from None
            except (ValueError, KeyError):
                raise Refused(f"{error.code}: {said}") from None


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _query(wanted: Mapping[str, str]) -> str:
    return "&".join(f"{key}={value}" for key, value in wanted.items())


@contextmanager
def running(folder: Path) -> Iterator[ApiServer]:
    """Both programs with their data in a folder; ended, those two and nothing else, when the block is left."""
    ports = _free_ports(3)
    etcd = f"http://127.0.0.1:{ports[0]}"
    peer = f"http://127.0.0.1:{ports[1]}"
    key = _key(folder / "accounts.key")
    (folder / "tokens.csv").write_text(f'{_TOKEN},tests,tests,"system:masters"\n', "utf-8")
    with ExitStack() as ended:
        store = {
            "data-dir": folder / "etcd",
            "listen-client-urls": etcd,
            "advertise-client-urls": etcd,
            "listen-peer-urls": peer,
            "initial-advertise-peer-urls": peer,
            "initial-cluster": f"default={peer}",
            "unsafe-no-fsync": "true",
        }
        ended.enter_context(_program("etcd", store, folder))
        server = {
            "etcd-servers": etcd,
            "bind-address": "127.0.0.1",
            "advertise-address": "127.0.0.1",
            "secure-port": ports[2],
            "cert-dir": folder / "certificates",
            "token-auth-file": folder / "tokens.csv",
            "authorization-mode": "RBAC",
            "service-account-issuer": "https://tests.example",
            "service-account-key-file": key,
            "service-account-signing-key-file": key,
            "allow-privileged": "true",  # as EKS has it: Pod Security is asked, not this
            "service-cluster-ip-range": "172.20.0.0/22",
            # Its controller is not there to make the accounts' namespaces and tokens.
            "disable-admission-plugins": "ServiceAccount",
        }
        program = ended.enter_context(_program("kube-apiserver", server, folder))
        yield _ready(f"https://127.0.0.1:{ports[2]}", folder, program)


def eventually(act: Callable[[], object]) -> None:
    """Until it is done: a server needs a moment until it knows a namespace that it has just stored."""
    until = time.monotonic() + _CATCHES_UP_SECONDS
    while True:
        try:
            act()
            return
        except Refused as said:
            if "not found" not in str(said) or time.monotonic() > until:
                raise
            time.sleep(0.1)


def refused(act: Callable[[], object]) -> str:
    """What a policy says, once it is in force: policies take a few seconds."""
    until = time.monotonic() + _CATCHES_UP_SECONDS
    while time.monotonic() < until:
        try:
            act()
        except Refused as said:
            return str(said)
        time.sleep(0.2)
    raise AssertionError("nobody refused it")


@contextmanager
def _program(name: str, flags: Mapping[str, object], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(PROGRAMS[name]), *(f"--{flag}={value}" for flag, value in flags.items())]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(url: str, folder: Path, program: subprocess.Popen[bytes]) -> ApiServer:
    until = time.monotonic() + _PATIENCE_SECONDS
    certificate = folder / "certificates" / "apiserver.crt"
    while time.monotonic() < until and program.poll() is None:
        if certificate.is_file():
            trust = ssl.create_default_context(cafile=str(certificate))
            trust.check_hostname = False  # it names the machine; the certificate itself is what is trusted
            server = ApiServer(url, trust)
            request = urllib.request.Request(f"{url}/readyz", headers={"Authorization": f"Bearer {_TOKEN}"})
            try:
                urllib.request.urlopen(request, context=trust, timeout=5).close()
                return server
            except (urllib.error.URLError, ssl.SSLError, ConnectionError):
                pass
        time.sleep(0.1)
    said = (folder / "kube-apiserver.log").read_text("utf-8")[-2000:]
    raise AssertionError(f"the API server did not come up:\n{said}")


def _key(file: Path) -> Path:
    """A key that signs service accounts' tokens."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


def _free_ports(number: int) -> list[int]:
    """Ports that are free now. All are held until all are known, so that none comes twice."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
