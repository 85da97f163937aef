"""The steps of a bootstrap, as data: what a person would type, in order, and why.

Every step may be taken again: whoever was interrupted begins at the top.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from fleet import names
from fleet.cell import Cell
from ops.bootstrap.seed import ARGO_CD, FIRST, PLATFORM, Seed
from ops.bootstrap.tools import SESSION, TOOLS, Tool

ARGOCD = "argocd"
"""Namespace of Argo CD."""
CREDENTIALS = {"registry-bundles": ("oci", "oci://"), "registry-charts": ("helm", "")}
"""Secret with a registry token to the type of repository and what its URL begins with. External Secrets renews them
under the same names (`k8s/gitops.py`)."""


@dataclass(frozen=True)
class Step:
    title: str
    why: str
    lines: tuple[str, ...]
    """Lines of bash."""


def steps(cell: Cell, seed: Seed, *, port: int) -> tuple[Step, ...]:
    """Everything from a cluster that stands to an Argo CD that brings the platform.

    Args:
        port: of 127.0.0.1, where the API server is forwarded to with `access.path: ssm`.
    """
    return (
        _tools(cell),
        _conditions(cell, seed),
        _kubeconfig(cell),
        *((_forward(cell, port),) if cell.region.access.path == "ssm" else ()),
        Step(
            "guard and foundations",
            "namespaces, priorities and deployers, under the rules that they will live by",
            tuple(_apply(file) for file in FIRST),
        ),
        _argo_cd(cell, seed),
        _token(cell),
        Step("projects", "what Argo CD may take from where, in whose name", (_apply("projects.yaml"),)),
        Step("the platform", "from here on the cell brings itself up", (_apply("platform.yaml"),)),
        Step(
            "wait",
            "until every layer stands and every controller answers; it goes on if you stop waiting",
            tuple(
                f"kubectl --namespace {ARGOCD} wait application/{PLATFORM} --timeout=45m --for=jsonpath='{{{path}}}'={value}"
                for path, value in ((".status.sync.status", "Synced"), (".status.health.status", "Healthy"))
            ),
        ),
    )


def needed(cell: Cell) -> tuple[Tool, ...]:
    """The tools that a cell's bootstrap takes."""
    return (*TOOLS, SESSION) if cell.region.access.path == "ssm" else TOOLS


def _tools(cell: Cell) -> Step:
    lines = []
    for tool in needed(cell):
        pinned = f"v{tool.version}" if tool.version else ""
        lines.append(f"tool {tool.name} {shlex.quote(pinned)} {shlex.quote(tool.asked)}")
    return Step("tools", "a client of another version may apply the same file otherwise", tuple(lines))


def _conditions(cell: Cell, seed: Seed) -> Step:
    """What others must have done; each says what to do when it is not so."""
    platform = f"hypercell promote --cell {cell.name} --platform"
    chart = seed.chart.partition("/")[2].partition("/")[2].partition("/")[2]
    identifier = "imageDigest" if seed.version.startswith("sha256:") else "imageTag"
    wanted = [
        (
            _aws(cell, "eks", "describe-cluster", "--name", names.cluster(cell)),
            f"the cluster does not stand: deploy {names.stack(cell.fleet, cell.region.code, cell.key, 'cell')}",
        ),
        (
            _image(cell, names.bundle_repository(cell), f"imageTag={names.PLATFORM_CHANNEL}"),
            f"the platform is not published: {platform}",
        ),
        (
            _image(cell, chart, f"{identifier}={seed.version}"),
            f"the mirror has no {chart} {seed.version}: see hypercell mirror",
        ),
    ]
    if cell.region.meshed:
        authority = names.mesh_authority(cell)
        wanted.append(
            (
                _aws(cell, "secretsmanager", "describe-secret", "--secret-id", authority),
                f"the cell has no authority in the mesh: hypercell cell ca --cell {cell.name}",
            )
        )
    lines = tuple(f"{command} >/dev/null || stop {shlex.quote(remedy)}" for command, remedy in wanted)
    return Step("conditions", "what must be there before, looked up and not changed", lines)


def _kubeconfig(cell: Cell) -> Step:
    role = names.cell_role_arn(cell, "deployer")
    command = _aws(cell, "eks", "update-kubeconfig", "--name", names.cluster(cell), "--role-arn", role)
    return Step(
        "credentials",
        "as the cell's deployer, in a file that goes away with this run",
        (f'{command} --kubeconfig "$KUBECONFIG" >/dev/null',),
    )


def _forward(cell: Cell, port: int) -> Step:
    """By the declared path: a port of this machine, through a host that nobody can connect to."""
    host = _aws(
        cell,
        "ec2",
        "describe-instances",
        "--filters",
        f"Name=tag:Name,Values={names.access_host(cell.region)}",
        "Name=instance-state-name,Values=running",
        "--query",
        "Reservations[0].Instances[0].InstanceId",
        "--output",
        "text",
    )
    endpoint = _aws(
        cell,
        "eks",
        "describe-cluster",
        "--name",
        names.cluster(cell),
        "--query",
        "cluster.endpoint",
        "--output",
        "text",
    )
    session = _aws(
        cell, "ssm", "start-session", "--document-name", "AWS-StartPortForwardingSessionToRemoteHost", "--target"
    )
    where = f"portNumber=443,localPortNumber={port}"
    cluster = shlex.quote(names.cluster_arn(cell))
    return Step(
        "the way in",
        f"the API server is private; {cell.region.name} declares access by ssm",
        (
            f"host=$({host})",
            f'[ "$host" != None ] || stop {shlex.quote(f"no access host runs: see the auto scaling group of {names.access_host(cell.region)}")}',
            f"endpoint=$({endpoint})",
            # In a process group of its own: the plugin is a child of the CLI's, and would outlive it.
            "set -m",
            f'{session} "$host" --parameters "host=${{endpoint#https://}},{where}" </dev/null >"$work/session.log" 2>&1 &',
            "forward=$!",
            "set +m",
            f"opens {port}",
            f"kubectl config set-cluster {cluster} --server=https://127.0.0.1:{port} "
            '--tls-server-name="${endpoint#https://}" >/dev/null',
        ),
    )


def _argo_cd(cell: Cell, seed: Seed) -> Step:
    registry = names.registry(cell.region)
    pinned = seed.version.startswith("sha256:")
    chart = f"{seed.chart}@{seed.version}" if pinned else f"{seed.chart} --version {seed.version}"
    return Step(
        "Argo CD",
        "the first one by hand, from the region's mirror; from then on it keeps itself",
        (
            f"{_password(cell)} | helm registry login --username AWS --password-stdin {registry}",
            f'helm upgrade --install {ARGO_CD} {chart} --namespace {ARGOCD} --values "$here/argo-cd-values.yaml" '
            "--wait --timeout 15m",
        ),
    )


def _token(cell: Cell) -> Step:
    """Argo CD pulls before External Secrets runs. The token goes from pipe to pipe, and stands on no command line."""
    registry = names.registry(cell.region)
    lines = []
    for name, (kind, scheme) in CREDENTIALS.items():
        oci = ["--from-literal=enableOCI=true"] if kind == "helm" else []
        create = shlex.join(
            [
                *("kubectl", "create", "secret", "generic", name, "--namespace", ARGOCD),
                *(f"--from-literal=type={kind}", f"--from-literal=url={scheme}{registry}", *oci),
                *("--from-literal=username=AWS", "--from-file=password=/dev/stdin"),
                *("--dry-run=client", "--output=yaml"),
            ]
        )
        label = "kubectl label --local --filename=- --output=yaml argocd.argoproj.io/secret-type=repo-creds"
        lines.append(f"{_password(cell)} | tr -d '\\n' | {create} | {label} | {_APPLY} --filename=- >/dev/null")
    return Step("a first token", "twelve hours of pulling; External Secrets draws the next ones", tuple(lines))


_APPLY = "kubectl apply --server-side --field-manager=argocd-controller --force-conflicts"
"""In Argo CD's own name, which will own these objects."""


def _apply(file: str) -> str:
    return f'{_APPLY} --filename="$here/{file}"'


def _password(cell: Cell) -> str:
    return _aws(cell, "ecr", "get-login-password")


def _image(cell: Cell, repository: str, id: str) -> str:
    return _aws(cell, "ecr", "describe-images", "--repository-name", repository, "--image-ids", id)


def _aws(cell: Cell, *arguments: str) -> str:
    return shlex.join(["aws", "--region", cell.region.name, *arguments])
