"""Roles carry their account's boundary."""

from hypercell.guards.rules.bounded_roles import RULE


def test_a_role_without_a_boundary_is_refused(broken, role):
    bounded = role(Principal={"Service": "ec2.amazonaws.com"})
    assert broken(RULE, {"Node": bounded}) == []
    del bounded["Properties"]["PermissionsBoundary"]
    assert broken(RULE, {"Node": bounded}) == [("Node", "carries no permission boundary")]
