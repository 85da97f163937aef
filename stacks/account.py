"""Fence, door and budgets of an account."""

from __future__ import annotations

from hypercell.guards.boundary import PermissionBoundary
from hypercell.guards.budgets import AccountBudget, TeamBudgets
from hypercell.guards.reader import OutputsReader, other_accounts
from stacks.stack import FleetStack


class AccountStack(FleetStack):
    """What an account needs before anything else stands in it. One for each alias, also where aliases share an id."""

    about = "Permission boundary, outputs reader and budgets of an account"

    def build(self) -> None:
        fleet, alias = self.fleet, self.plan.alias
        boundary = PermissionBoundary(self, "Boundary", fleet=fleet, alias=alias)
        if other_accounts(fleet, alias):
            OutputsReader(self, "OutputsReader", fleet=fleet, alias=alias, boundary_arn=boundary.arn)
        if alias == self._first_alias_of_the_account:
            AccountBudget(self, "AccountBudget", fleet=fleet, alias=alias)
        if alias == "edge":
            TeamBudgets(self, "TeamBudgets", fleet=fleet)

    @property
    def _first_alias_of_the_account(self) -> str:
        """On the first day three aliases are one account, and it has one bill."""
        return next(a for a, account in self.fleet.accounts.items() if account == self.plan.account)
