"""Who hears about money, and when."""

from __future__ import annotations

from aws_cdk import aws_budgets as budgets
from constructs import Construct

from fleet.model import Fleet

# Share of the budget, and whether spent or foreseen: early enough to ask, and when it is over.
_STEPS = ((80, "ACTUAL"), (100, "FORECASTED"), (100, "ACTUAL"))


class TeamBudgets(Construct):
    """A monthly budget for each team, over what carries its `fleet:team` tag.

    Budgets of the organisation's paying account see every account; any other account's see its own costs. The tag has
    to be activated for cost allocation there once.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet) -> None:
        super().__init__(scope, id)
        for key, team in fleet.teams.items():
            _budget(
                self,
                key.title().replace("-", ""),
                name=f"{fleet.name}-team-{key}",
                monthly=team.budget,
                address=team.oncall,
                filters={"TagKeyValue": [f"user:fleet:team${key}"]},
            )


class AccountBudget(Construct):
    """A monthly budget over everything in an account, tagged or not: what nobody's tag explains shows up here.

    Its limit is what all teams together may spend: no account alone can.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, alias: str) -> None:
        super().__init__(scope, id)
        payer = fleet.teams.get("platform") or next(iter(fleet.teams.values()))
        _budget(
            self,
            "Total",
            name=f"{fleet.name}-account-{alias}",
            monthly=sum(team.budget for team in fleet.teams.values()),
            address=payer.oncall,
            filters=None,
        )


def _budget(
    scope: Construct, id: str, *, name: str, monthly: float, address: str, filters: dict[str, list[str]] | None
) -> None:
    budget = budgets.CfnBudget
    budget(
        scope,
        id,
        budget=budget.BudgetDataProperty(
            budget_name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            budget_limit=budget.SpendProperty(amount=monthly, unit="USD"),
            cost_filters=filters,
        ),
        notifications_with_subscribers=[
            budget.NotificationWithSubscribersProperty(
                notification=budget.NotificationProperty(
                    comparison_operator="GREATER_THAN", notification_type=kind, threshold=share
                ),
                subscribers=[budget.SubscriberProperty(address=address, subscription_type="EMAIL")],
            )
            for share, kind in _STEPS
        ],
    )
