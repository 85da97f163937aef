"""Who may knock at a cell's public doors: CloudFront by AWS's own prefix list, Route 53's health checkers by ours.

AWS keeps one list of CloudFront's origin-facing networks in every region, under an id that only that region knows.
The ids are data, because a look-up at synthesis would ask an account. `hypercell preflight` compares each with
`DescribeManagedPrefixLists` before a first deployment: a wrong id would admit the wrong networks, or fail the stack.

Route 53's list (`com.amazonaws.<region>.route53-healthchecks`) has ids that nobody publishes region by region, and we
invent none. The health checkers' networks themselves are published, and the network stack keeps them in a prefix list
of the fleet's own (`names.HEALTH_CHECKERS_LIST_ID`), one a region. `hypercell preflight` compares the networks with
Route 53's `GetCheckerIpRanges`.
"""

from __future__ import annotations

AS_OF = "2026-10"
"""When the tables were last compared with their sources."""

CLOUDFRONT_WEIGHT = 55
"""Rules of a security group that one reference to CloudFront's list uses up (VPC user guide, AWS-managed lists)."""

HEALTH_CHECKERS_WEIGHT = 25
"""Room of the fleet's own list, and so the rules that one reference to it uses up. The same as AWS's own list."""

# com.amazonaws.global.cloudfront.origin-facing, IPv4. The first seventeen agree in many public templates, which took
# them from AWS's post "Limit access to your origins using the AWS-managed prefix list for Amazon CloudFront"; the last
# four stand in one or two. A region without a row has no published id.
_CLOUDFRONT: dict[str, str] = {
    "ap-northeast-1": "pl-58a04531",
    "ap-northeast-2": "pl-22a6434b",
    "ap-northeast-3": "pl-31a14458",
    "ap-south-1": "pl-9aa247f3",
    "ap-southeast-1": "pl-31a34658",
    "ap-southeast-2": "pl-b8a742d1",
    "ca-central-1": "pl-38a64351",
    "eu-central-1": "pl-a3a144ca",
    "eu-north-1": "pl-fab65393",
    "eu-west-1": "pl-4fa04526",
    "eu-west-2": "pl-93a247fa",
    "eu-west-3": "pl-75b1541c",
    "sa-east-1": "pl-5da64334",
    "us-east-1": "pl-3b927c52",
    "us-east-2": "pl-b6a144df",
    "us-west-1": "pl-4ea04527",
    "us-west-2": "pl-82a045eb",
    "af-south-1": "pl-c0aa4fa9",
    "ap-east-1": "pl-14b2577d",
    "eu-south-1": "pl-1bbc5972",
    "me-south-1": "pl-17b2577e",
}

# ip-ranges.json, service ROUTE53_HEALTHCHECKS, IPv4, without China. GetCheckerIpRanges names the same networks, the
# first one cut into its sixteen /23.
HEALTH_CHECKERS: tuple[str, ...] = (
    "15.177.0.0/18",
    "54.183.255.128/26",
    "54.228.16.0/26",
    "54.232.40.64/26",
    "54.241.32.64/26",
    "54.243.31.192/26",
    "54.244.52.192/26",
    "54.245.168.0/26",
    "54.248.220.0/26",
    "54.250.253.192/26",
    "54.251.31.128/26",
    "54.252.79.128/26",
    "54.252.254.192/26",
    "54.255.254.192/26",
    "107.23.255.0/26",
    "176.34.159.192/26",
    "177.71.207.128/26",
)
"""Networks that Route 53's health checkers call from, whatever region they probe."""


def knows(region: str) -> bool:
    """Whether CloudFront's list of a region has a published id."""
    return region in _CLOUDFRONT


def cloudfront(region: str) -> str:
    """Id of CloudFront's origin-facing list (IPv4) in a region.

    Raises:
        KeyError: no id is published for that region.
    """
    return _CLOUDFRONT[region]
