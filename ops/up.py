"""`hypercell up` and `down`: the fleet in a local AWS that stays, on a port of 127.0.0.1."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fleet.model import Fleet
from ops.standing import EXIT_OCCUPIED, Stages, Stopped, run, stand


def up(blueprint: Path, *, port: int | None) -> int:
    """Start the server, deploy through it, and say how to look around. The exit code (`ops.standing`).

    Whatever stops the deployment stops the server too: it is up with the whole fleet, or not at all.
    """

    def verb() -> None:
        from local import process

        stages = Stages()
        try:
            # The server first: a port that is taken is no news to get after a synthesis.
            with stages.stage("start"):
                server = process.start(port or 0)
        except (process.AlreadyUp, process.PortTaken) as error:
            raise Stopped(EXIT_OCCUPIED, str(error)) from None
        except process.ServerError as error:
            raise Stopped(1, str(error)) from None
        try:
            fleet, read = stand(blueprint, stages, endpoint=server.endpoint)
        except BaseException:
            process.stop()
            raise
        from local.look import picture
        from ops import picture as printed

        seen, out = picture(fleet, read), printed.console()
        for line in printed.totals(seen.totals):
            out.print(line)
        print(f"\nUp on {server.endpoint} (process {server.pid}). Look around:\n")
        print(f"  {exports(server.endpoint)}\n")
        for command in commands(fleet, seen.zone, cli=shutil.which("aws") is not None):
            print(f"  {command}\n")
        print("The access key is the account, and any account of the fleet does. `hypercell down` stops the server.")

    return run(verb)


def exports(endpoint: str) -> str:
    """What to tell the AWS CLI and boto3 once."""
    return f"export AWS_ENDPOINT_URL={endpoint} AWS_SECRET_ACCESS_KEY=local"


def commands(fleet: Fleet, zone: str, *, cli: bool) -> tuple[str, ...]:
    """Three commands to look around with: a region's cells, everybody's weights, where a region's zones go out.

    Args:
        zone: id of the public zone.
        cli: with the AWS CLI; otherwise with the Python that runs us, which has boto3.
    """
    region = next(iter(fleet.regions.values()))
    home = (region.account_id, region.name)
    edge = (fleet.accounts["edge"], fleet.edge.control_region)
    found = (
        (home, "eks list-clusters --output text", "[*boto3.client('eks').list_clusters()['clusters']]"),
        (
            edge,
            f"route53 list-resource-record-sets --hosted-zone-id {zone} --output text"
            " --query 'ResourceRecordSets[?Weight].[Name,SetIdentifier,Weight]'",
            "[(r['Name'], r['SetIdentifier'], r['Weight']) for r in boto3.client('route53')"
            f".list_resource_record_sets(HostedZoneId='{zone}')['ResourceRecordSets'] if 'Weight' in r]",
        ),
        (
            home,
            "ec2 describe-nat-gateways --output text"
            " --query 'NatGateways[].[NatGatewayId,SubnetId,NatGatewayAddresses[0].PublicIp]'",
            "[(g['NatGatewayId'], g['SubnetId'], g['NatGatewayAddresses'][0]['PublicIp'])"
            " for g in boto3.client('ec2').describe_nat_gateways()['NatGateways']]",
        ),
    )
    return tuple(
        f"AWS_ACCESS_KEY_ID={account} AWS_DEFAULT_REGION={where} "
        + (f"aws {aws}" if cli else f'{sys.executable} -c "import boto3; print(*{python}, sep=chr(10))"')
        for (account, where), aws, python in found
    )


def down() -> int:
    """Stop the server of this folder, if one runs. Always exit code 0: afterwards nothing is up."""

    def verb() -> None:
        from local import process

        server = process.stop()
        print(f"stopped the server on {server.endpoint} (process {server.pid})" if server else "nothing is up")

    return run(verb)
