"""Trust is narrow."""

import pytest

from hypercell.guards.rules.trusted_principals import RULE

ROOT = "arn:aws:iam::333333333331:root"


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}])
def test_nobody_trusts_everybody(broken, role, principal):
    assert broken(RULE, {"Role": role(Principal=principal)}) == [("Role", "trusts everybody")]


@pytest.mark.parametrize("account", [ROOT, {"Fn::Join": ["", ["arn:aws:iam::", "333333333331", ":root"]]}])
def test_an_account_is_trusted_under_a_condition_only(broken, role, account):
    assert broken(RULE, {"Role": role(Principal={"AWS": account})}) == [
        ("Role", "trusts every principal of an account, without condition")
    ]
    bound = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::333333333331:role/skyline-use1-*"}}
    assert broken(RULE, {"Role": role(Principal={"AWS": account}, Condition=bound)}) == []


def test_services_and_named_roles_are_trusted(broken, role):
    assert broken(RULE, {"Role": role(Principal={"Service": "ec2.amazonaws.com"})}) == []
    assert broken(RULE, {"Role": role(Principal={"AWS": "arn:aws:iam::333333333331:role/deployer"})}) == []
