"""What must be true of the accounts before a first deployment, and what a deployment cannot do itself.

`plan` says what to look at, as data; `look` looks at it with clients handed in and changes nothing;
`mend` does the two things CloudFormation cannot: service-linked roles, and emptying default security groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from botocore.exceptions import ClientError

from fleet import geography, natimages, phases, prefixlists
from fleet.model import Fleet
from ops.clients import ClientFor, NoCredentials, with_own_credentials

BOOTSTRAP_VERSION = 6
"""What the synthesized manifests require (`requiresBootstrapStackVersion`)."""

SERVICE_LINKED_ROLES = {
    "spot.amazonaws.com": "AWSServiceRoleForEC2Spot",
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    "eks.amazonaws.com": "AWSServiceRoleForAmazonEKS",
    "eks-nodegroup.amazonaws.com": "AWSServiceRoleForAmazonEKSNodegroup",
    "elasticache.amazonaws.com": "AWSServiceRoleForElastiCache",
}
"""Roles that AWS makes on first use from the console, and whose absence fails a first deployment (Spot!)."""

# Service Quotas' own codes: what the fleet declares -> (service, code).
QUOTA_CODES = {
    "elastic_ips": ("ec2", "L-0263D0A3"),
    "nat_gateway_addresses": ("vpc", "L-5F53652F"),
    "vpc_cidrs": ("vpc", "L-83CA0A9D"),
    "gateway_endpoints": ("vpc", "L-1B52E74A"),
    "security_group_rules": ("vpc", "L-0EA8095F"),
    "load_balancers": ("elasticloadbalancing", "L-69A177A2"),
    "lambda_executions": ("lambda", "L-B99A9384"),
}

UNKNOWN = "no id known"
"""Stands for an id that no table has; no id of AWS equals it."""

Status = Literal["ok", "wrong", "unknown", "mended"]


@dataclass(frozen=True)
class Check:
    """One thing that must hold in one account and region."""

    kind: str
    account: str
    region: str
    subject: str
    """What is looked at: a role, a quota, an image id."""
    expected: str
    status: Status = "unknown"
    found: str = ""
    remedy: str = ""


def plan(fleet: Fleet) -> tuple[Check, ...]:
    """Every check a fleet asks for, account by account, none twice."""
    checks: dict[tuple[str, ...], Check] = {}

    def add(kind: str, account: str, region: str, subject: str, expected: str) -> None:
        checks.setdefault((kind, account, region, subject), Check(kind, account, region, subject, expected))

    for stack in phases.every_stack(fleet):
        if geography.opt_in(stack.region):
            add("region", stack.account, stack.region, stack.region, "enabled")
        add("bootstrap", stack.account, stack.region, "CDK bootstrap", f"version {BOOTSTRAP_VERSION} or later")
    add("health checkers", fleet.accounts["edge"], fleet.edge.control_region, "Route 53", "networks we admit")
    for name in fleet.data_regions:
        # The keeper of its databases reserves an execution.
        add("quota", fleet.accounts["data"], name, "lambda_executions", str(fleet.quotas.lambda_executions))
    for region in fleet.regions.values():
        account, name = region.account_id, region.name
        for service, role in SERVICE_LINKED_ROLES.items():
            add("role", account, name, role, service)
        for quota in QUOTA_CODES:
            add("quota", account, name, quota, str(getattr(fleet.quotas, quota)))
        # Rules refuse a region without an id; asked all the same, AWS answers with the id that is missing.
        known = prefixlists.cloudfront(name) if prefixlists.knows(name) else UNKNOWN
        add("prefix list", account, name, "com.amazonaws.global.cloudfront.origin-facing", known)
        add("image", account, name, natimages.image(name) if natimages.knows(name) else UNKNOWN, "available")
        add("default group", account, name, f"{fleet.name}-{region.code}", "no rules")
    return tuple(checks.values())


def look(checks: tuple[Check, ...], client_for: ClientFor) -> Iterator[Check]:
    """Each check with what was found. Changes nothing; an account out of reach is `unknown`, never `ok`."""
    for check in checks:
        try:
            yield LOOKS[check.kind](check, client_for)
        except NoCredentials as error:
            yield replace(check, found=str(error))
        except ClientError as error:
            yield replace(check, found=f"{error.response['Error']['Code']}: {error.response['Error']['Message']}")


def mend(check: Check, client_for: ClientFor) -> Check:
    """Make a missing service-linked role, or empty a default security group. Other checks come back as they are."""
    if check.status != "wrong":
        return check
    if check.kind == "role":
        iam = client_for("iam", check.account, check.region)
        try:
            iam.create_service_linked_role(AWSServiceName=check.expected)
        except ClientError as error:
            # Somebody was faster, or the role exists under a suffix: both are what we want.
            if error.response["Error"]["Code"] != "InvalidInput":
                raise
        return replace(check, status="mended", found="created")
    if check.kind == "default group":
        ec2 = client_for("ec2", check.account, check.region)
        for group in _default_groups(ec2, check):
            if group["IpPermissions"]:
                ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
            if group["IpPermissionsEgress"]:
                ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])
        return replace(check, status="mended", found="emptied")
    return check


def _judged(check: Check, good: bool, found: str, remedy: str) -> Check:
    return replace(check, status="ok" if good else "wrong", found=found, remedy="" if good else remedy)


def _region(check: Check, client_for: ClientFor) -> Check:
    ec2 = client_for("ec2", check.account, "us-east-1")
    (found,) = ec2.describe_regions(RegionNames=[check.region], AllRegions=True)["Regions"]
    state = found["OptInStatus"]
    return _judged(check, state != "not-opted-in", state, f"enable {check.region} for account {check.account}")


def _bootstrap(check: Check, client_for: ClientFor) -> Check:
    ssm = client_for("ssm", check.account, check.region)
    try:
        version = ssm.get_parameter(Name="/cdk-bootstrap/hnb659fds/version")["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        return _judged(check, False, "not bootstrapped", f"npx cdk bootstrap aws://{check.account}/{check.region}")
    good = int(version) >= BOOTSTRAP_VERSION
    return _judged(check, good, f"version {version}", f"npx cdk bootstrap aws://{check.account}/{check.region}")


def _role(check: Check, client_for: ClientFor) -> Check:
    iam = client_for("iam", check.account, check.region)
    found = iam.list_roles(PathPrefix=f"/aws-service-role/{check.expected}/")["Roles"]
    return _judged(check, bool(found), "exists" if found else "missing", "run with --mend, or create the role")


def _quota(check: Check, client_for: ClientFor) -> Check:
    service, code = QUOTA_CODES[check.subject]
    quotas = client_for("service-quotas", check.account, check.region)
    granted = quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"]
    good = granted >= int(check.expected)
    remedy = f"ask for {check.expected} ({service} {code}), or declare {granted:.0f} in quotas.{check.subject}"
    return _judged(check, good, f"{granted:.0f} granted", remedy)


def _prefix_list(check: Check, client_for: ClientFor) -> Check:
    ec2 = client_for("ec2", check.account, check.region)
    filters = [{"Name": "prefix-list-name", "Values": [check.subject]}]
    found = [one["PrefixListId"] for one in ec2.describe_managed_prefix_lists(Filters=filters)["PrefixLists"]]
    remedy = "correct the id in fleet/prefixlists.py: security groups would admit the wrong networks"
    return _judged(check, found == [check.expected], ", ".join(found) or "none", remedy)


def _health_checkers(check: Check, client_for: ClientFor) -> Check:
    route53 = client_for("route53", check.account, check.region)
    ours = [ip_network(network) for network in prefixlists.HEALTH_CHECKERS]
    theirs = [ip_network(network) for network in route53.get_checker_ip_ranges()["CheckerIpRanges"]]
    outside = [str(t) for t in theirs if t.version == 4 and not any(t.subnet_of(o) for o in ours if o.version == 4)]
    remedy = "add them in fleet/prefixlists.py: checks from there would fail and take cells out of DNS"
    return _judged(check, not outside, ", ".join(outside) or f"{len(theirs)} networks", remedy)


def _image(check: Check, client_for: ClientFor) -> Check:
    ec2 = client_for("ec2", check.account, check.region)
    try:
        images = ec2.describe_images(ImageIds=[check.subject])["Images"]
    except ClientError as error:
        if not error.response["Error"]["Code"].startswith("InvalidAMIID"):
            raise
        images = []
    state = images[0]["State"] if images else "gone"
    return _judged(check, state == "available", state, "take a newer id in fleet/natimages.py")


def _default_group(check: Check, client_for: ClientFor) -> Check:
    groups = _default_groups(client_for("ec2", check.account, check.region), check)
    if not groups:
        return replace(check, status="ok", found="no such VPC yet: look again after the networks stand")
    rules = sum(len(group["IpPermissions"]) + len(group["IpPermissionsEgress"]) for group in groups)
    return _judged(check, rules == 0, f"{rules} rules", "run with --mend: CloudFormation cannot empty it")


def _default_groups(ec2: Any, check: Check) -> list[dict[str, Any]]:
    """Default security groups of the fleet's VPC in a region (found by its Name tag)."""
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [check.subject]}])["Vpcs"]
    if not vpcs:
        return []
    filters = [
        {"Name": "vpc-id", "Values": [vpc["VpcId"] for vpc in vpcs]},
        {"Name": "group-name", "Values": ["default"]},
    ]
    groups: list[dict[str, Any]] = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    return groups


LOOKS: dict[str, Callable[[Check, ClientFor], Check]] = {
    "region": _region,
    "bootstrap": _bootstrap,
    "role": _role,
    "quota": _quota,
    "prefix list": _prefix_list,
    "health checkers": _health_checkers,
    "image": _image,
    "default group": _default_group,
}


def worst(checks: list[Check]) -> int:
    """Exit code: 0 all as expected, 1 something is wrong, 2 something could not be looked at."""
    states = {check.status for check in checks}
    return 1 if "wrong" in states else 2 if "unknown" in states else 0


def show(blueprint: Path, *, role: str | None, mending: bool, as_json: bool) -> int:
    """Look, mend where asked, print; returns the exit code of `worst`."""
    from fleet.load import load
    from ops.console import print_json, print_table

    client_for = with_own_credentials(role)
    found = list(look(plan(load(blueprint)), client_for))
    if mending:
        found = [mend(check, client_for) for check in found]
    if as_json:
        print_json(found)
        return worst(found)
    notable = [check for check in found if check.status != "ok"]
    if notable:
        columns = ("account", "region", "what", "subject", "expected", "found", "state", "what to do")
        rows = [(c.account, c.region, c.kind, c.subject, c.expected, c.found, c.status, c.remedy) for c in notable]
        print_table("Preflight", columns, rows)
    good = len(found) - len(notable)
    print(f"{good} of {len(found)} checks are as expected")
    return worst(found)
