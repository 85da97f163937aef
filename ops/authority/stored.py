"""Authorities in Secrets Manager: read with what is known of them, and written whole or not at all.

One value holds all that istiod reads, so that no cell ever has a certificate without its key, and what was before stays
as the version AWSPREVIOUS. A root's key has no way in here: values are made by `certificates.bundle`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fleet import names
from fleet.cell import Cell
from ops.authority.certificates import Broken, judge
from ops.authority.plan import Seen
from ops.authority.root import Refused
from ops.clients import ClientFor, NoCredentials

_NONE = "ResourceNotFoundException"
_THERE = "ResourceExistsException"
_PERHAPS = "it may have arrived all the same: look again before you go on (hypercell cell ca)"


class Vault:
    """The authorities of cells. What was read stays here, and is what a change starts from."""

    def __init__(self, client_for: ClientFor) -> None:
        self._client_for = client_for
        self._clients: dict[str, Any] = {}
        self.values: dict[str, Mapping[str, str]] = {}
        """Cell to its value, of those that hold an authority. It has the key in it: never print it."""

    def look(self, cell: Cell) -> Seen:
        """What stands for a cell; what cannot be read is a fault, never "nothing there"."""
        try:
            found = self._read(cell)
        except (NoCredentials, BotoCoreError) as error:
            return Seen(cell.name, fault=str(error))
        except ClientError as error:
            return Seen(cell.name, fault=_said(error))
        if found is None:
            return Seen(cell.name)
        version, since = str(found["VersionId"]), found["CreatedDate"]
        try:
            value = json.loads(found["SecretString"])
            authority = judge(value, trust_domain=names.trust_domain(cell.region))
        except (KeyError, json.JSONDecodeError, AttributeError):
            return Seen(cell.name, since=since, version=version, broken="no JSON object")
        except Broken as error:
            return Seen(cell.name, since=since, version=version, broken=str(error))
        self.values[cell.name] = value
        return Seen(cell.name, authority, since, version)

    def write(self, cell: Cell, value: Mapping[str, str], seen: Seen) -> Seen:
        """Put a value in place of the one that was seen, and read it back.

        Raises:
            Refused: AWS refused, somebody else was faster, or what stands afterwards is not what was written. In the
                first two cases the cell has what it had.
        """
        judged = judge(value, trust_domain=names.trust_domain(cell.region))
        try:
            self._put(cell, value, seen)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
                raise Refused(f"{cell.name}: {_said(error)}; {_PERHAPS}") from error
            raise Refused(f"{cell.name}: {_said(error)}; what it had stays") from error
        except (BotoCoreError, NoCredentials) as error:
            raise Refused(f"{cell.name}: {error}; {_PERHAPS}") from error
        after = self.look(cell)
        if after.authority != judged:
            raise Refused(
                f"{cell.name}: written, but not what stands now ({after.fault or after.broken or 'somebody else wrote'}): "
                f"look again (hypercell cell ca)"
            )
        return after

    def _client(self, cell: Cell) -> Any:
        region = cell.region
        if region.name not in self._clients:
            self._clients[region.name] = self._client_for("secretsmanager", region.account_id, region.name)
        return self._clients[region.name]

    def _read(self, cell: Cell) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._client(cell).get_secret_value(SecretId=names.mesh_authority(cell))
        except ClientError as error:
            if error.response["Error"]["Code"] == _NONE:
                return None
            raise
        return found

    def _put(self, cell: Cell, value: Mapping[str, str], seen: Seen) -> None:
        client, name, text = self._client(cell), names.mesh_authority(cell), json.dumps(value)
        if not seen.version:
            try:
                client.create_secret(
                    Name=name,
                    Description=f"Certificate authority of the mesh in cell {cell.name} (hypercell cell ca)",
                    # Not the account's default key, which every principal of the account may use.
                    KmsKeyId=names.key_alias(cell.region, "cells"),
                    SecretString=text,
                    Tags=[{"Key": f"fleet:{key}", "Value": tag} for key, tag in _tags(cell).items()],
                )
                return
            except ClientError as error:
                # A secret without a value reads like none at all.
                if error.response["Error"]["Code"] != _THERE:
                    raise
        found = self._read(cell)
        if (found["VersionId"] if found else "") != seen.version:
            raise Refused(f"{cell.name}: somebody wrote it a moment ago; look again")
        client.put_secret_value(SecretId=name, SecretString=text)


def _tags(cell: Cell) -> dict[str, str]:
    """Those that the cell's stack carries."""
    return {"name": cell.fleet.name, "stage": cell.fleet.stage, "region": cell.region.code, "cell": cell.name}


def _said(error: ClientError) -> str:
    return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
