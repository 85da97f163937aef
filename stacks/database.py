"""A database, as a region's cells see it."""

from __future__ import annotations

from fleet import names
from fleet.database import Database
from fleet.region import Region
from hypercell.data.endpoint import DatabaseEndpoint, DatabaseParameter
from stacks.stack import RegionStack


class DatabaseStack(RegionStack):
    """Where the serving generation answers, and a private way there."""

    about = "Private way from the region's cells to a database, and where it answers"

    @property
    def home(self) -> Region:
        assert self.plan.scope is not None, self.plan
        return self.plan.scope

    def build(self) -> None:
        database = self.plan.subject
        assert isinstance(database, Database), self.plan
        private = database.network == "privatelink"
        host = self._minted(database, names.DSQL_PRIVATE_ENDPOINT if private else names.DSQL_ENDPOINT)
        where = {"endpoint": host, "identifier": self._minted(database, names.DSQL_IDENTIFIER)}
        DatabaseParameter(self, "Parameter", database=database, value=self.to_json_string(where))
        if private:
            endpoint = DatabaseEndpoint(
                self,
                "Endpoint",
                database=database,
                region=self.home,
                service_name=self._minted(database, names.DSQL_SERVICE_NAME),
                host=host,
                vpc_id=self.from_network(names.VPC_ID),
                subnets=[self.from_network(names.data_subnet_output(zone)) for zone in self.home.zones],
                private_zone_id=self.from_network(names.PRIVATE_ZONE_ID),
            )
            self.publish(names.DATABASE_VPC_ENDPOINT_ID, endpoint.endpoint_id)

    def _minted(self, database: Database, output: str) -> str:
        """What DSQL minted for the serving generation, beside us in the data account's same region."""
        return self.read(names.dsql_stack(database.serving, self.home.code), output, alias="data")
