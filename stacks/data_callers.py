"""Who may reach the databases of a region."""

from __future__ import annotations

from fleet import names
from fleet.database import Database
from hypercell.data.callers import DatabaseCaller
from stacks.stack import RegionStack


class DataCallersStack(RegionStack):
    """A role for each service of the region that names a database."""

    about = "Roles that services of the region take to reach their databases"

    def build(self) -> None:
        for name in self.home.services:
            service = self.fleet.services[name]
            database = service.database_in(self.home)
            if database is not None:
                DatabaseCaller(
                    self,
                    names.pascal(name),
                    service=service,
                    region=self.home,
                    cluster_arns=self._clusters(database),
                )

    def _clusters(self, database: Database) -> list[str]:
        """The clusters that serve or may take over: two while data moves, and never one that retires.

        Which of them a pod uses, `names.database_parameter` says.
        """
        open_ = [g for g in database.generations.values() if g.state == "active" or g is database.serving]
        return [
            self.read(names.dsql_stack(generation, self.home.code), names.DSQL_ARN)
            for generation in open_
            if self.home.name in generation.regions
        ]
