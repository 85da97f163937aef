"""Trust is narrow: nobody unnamed takes a role, and another account's root only under a condition."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.statements import resource_statements
from hypercell.guards.template import Assembly, Template, listed, strings


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for role in template.of("AWS::IAM::Role"):
        for statement in resource_statements(role):
            if not statement.allows:
                continue
            principal = statement.body.get("Principal", {})
            accounts = ["*"] if principal == "*" else listed(principal.get("AWS"))
            if "*" in accounts:
                yield Broken(role.id, "trusts everybody", statement.where)
            elif not statement.conditions and any(_root(account) for account in accounts):
                yield Broken(role.id, "trusts every principal of an account, without condition", statement.where)


def _root(account: object) -> bool:
    return any(text.endswith(":root") or text.isdigit() for text in strings(account))


RULE = Rule(
    "trusted-principals",
    "name the role that is trusted, or add a condition (aws:PrincipalArn, sts:ExternalId, aws:PrincipalOrgID)",
    check,
)
