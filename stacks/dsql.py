"""One generation of a database, in one region."""

from __future__ import annotations

from fleet import geography, names
from fleet.database import Generation
from hypercell.data.alarms import DatabaseAlarms
from hypercell.data.dsql import DsqlCluster, only_callers, only_from_network
from hypercell.data.keys import DATABASES
from hypercell.policy import Document
from stacks.stack import FleetStack


class DsqlStack(FleetStack):
    """One cluster. A pair is two of these stacks; each reads the other's ARN once both stand (phase LINK)."""

    about = "One generation of a database in the region: an Aurora DSQL cluster"

    def build(self) -> None:
        generation, region = self._generation, self.plan.region
        cluster = DsqlCluster(
            self,
            "Cluster",
            generation=generation,
            key_arn=self.read(names.stack(self.fleet, "data-keys", self.plan.code), names.key_output(DATABASES)),
            policy=self._policy(),
            peer_arn=self._peer_arn(),
        )
        DatabaseAlarms(self, "Alarms", generation=generation, region=region, identifier=cluster.identifier)
        self.publish(names.DSQL_ARN, cluster.arn)
        self.publish(names.DSQL_ENDPOINT, cluster.endpoint)
        self.publish(names.DSQL_PRIVATE_ENDPOINT, cluster.private_endpoint)
        self.publish(names.DSQL_IDENTIFIER, cluster.identifier)
        self.publish(names.DSQL_SERVICE_NAME, cluster.service_name)

    @property
    def _generation(self) -> Generation:
        assert isinstance(self.plan.subject, Generation), self.plan
        return self.plan.subject

    def _policy(self) -> Document:
        home = self.fleet.regions.get(self.plan.region)
        if self._generation.database.network == "public" or home is None:
            return only_callers(self._generation, self.plan.region)
        network = names.stack(self.fleet, home.code, "network")
        vpc_id = self.read(network, names.VPC_ID, alias=home.account)
        return only_from_network(self._generation, self.plan.region, vpc_id)

    def _peer_arn(self) -> str | None:
        if self._generation.peering != "linked" or not self._generation.paired:
            return None
        peer = self._generation.peer_of(self.plan.region)
        return self.read(names.dsql_stack(self._generation, geography.code(peer)), names.DSQL_ARN, region=peer)
