"""Keys rotate, and nobody but a named principal or a bound condition may use one."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.statements import resource_statements
from hypercell.guards.template import Assembly, Template, listed


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for key in template.of("AWS::KMS::Key"):
        if key.properties.get("EnableKeyRotation") is not True:
            yield Broken(key.id, "never rotates", "Properties.EnableKeyRotation")
        for statement in resource_statements(key):
            principal = statement.body.get("Principal", {})
            anyone = principal == "*" or (isinstance(principal, dict) and "*" in listed(principal.get("AWS")))
            if statement.allows and anyone and not statement.conditions:
                yield Broken(key.id, "may be used by anyone", statement.where)


RULE = Rule("sound-keys", "enable_key_rotation=True; name the principals of the key policy or condition them", check)
