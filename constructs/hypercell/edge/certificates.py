"""What the cells' cert-managers may do in the zone: answer the challenges of their certificate authority."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import names
from fleet.region import Region


class CertificateRole(Construct):
    """A region's role for DNS-01: TXT records below `_acme-challenge`, nothing else of the zone.

    A cell that is broken into can get certificates for the fleet's names (it serves them anyway) and can move nobody's
    traffic.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, zone_id: str) -> None:
        super().__init__(scope, id)
        iam.Role(
            self,
            "Resource",
            role_name=names.certificate_role(region),
            description=f"DNS-01 challenges of the gateways in {region.name}",
            assumed_by=_cert_managers(region),
            inline_policies={"challenges": iam.PolicyDocument(statements=_challenges(zone_id))},
        )


def _cert_managers(region: Region) -> iam.IPrincipal:
    """The region's account, narrowed to the roles of its cells' cert-managers.

    Through the account root: a role named as principal must exist first, and its id sticks when it is made anew.
    Planned cells too: when one comes to stand, the stack of the zone stays untouched.
    """
    roles = [names.cell_role_arn(cell, "cert-manager") for cell in region.cells.values()]
    account = iam.AccountPrincipal(region.account_id)
    # Pod Identity tags its sessions, and the tags travel along: without TagSession the second role is refused.
    return account.with_conditions({"ArnEquals": {"aws:PrincipalArn": roles}}).with_session_tags()


def _challenges(zone_id: str) -> list[iam.PolicyStatement]:
    zone = f"arn:aws:route53:::hostedzone/{zone_id}"
    return [
        iam.PolicyStatement(
            actions=["route53:ChangeResourceRecordSets"],
            resources=[zone],
            conditions={
                # ForAllValues is true of an empty request: the Null condition shuts that door.
                "ForAllValues:StringLike": {
                    "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"]
                },
                "ForAllValues:StringEquals": {
                    "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"],
                    "route53:ChangeResourceRecordSetsActions": ["CREATE", "UPSERT", "DELETE"],
                },
                "Null": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": "false"},
            },
        ),
        iam.PolicyStatement(actions=["route53:ListResourceRecordSets"], resources=[zone]),
        # cert-manager finds the zone by its name (no manifest carries an id that AWS mints): no resource-level form.
        iam.PolicyStatement(actions=["route53:ListHostedZonesByName"], resources=["*"]),
        # It waits until its change is everywhere; the change's id is minted with the change.
        iam.PolicyStatement(actions=["route53:GetChange"], resources=["arn:aws:route53:::change/*"]),
    ]
