"""A template as lines that a person reviews: one a resource, one an IAM statement, one an output.

Nothing is left out: what does not fit a line (a script, a dashboard) is there by its length and digest. The digest of
an archive of code is the exception: the code is reviewed as code, and each edit of it would change a line for each of
its functions.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from hypercell.guards.statements import identity_statements, resource_statements
from hypercell.guards.template import Resource

LONG = 160
"""Characters of a string that a line shows."""

ARCHIVE = re.compile(r"[0-9a-f]{64}\.zip")

_KEPT = {"Retain": " (kept)", "RetainExceptOnCreate": " (kept once it stands)", "Snapshot": " (last snapshot kept)"}


def lines(template: dict[str, Any]) -> str:
    """The lines of a template, in its own order."""
    said = [template["Description"], ""]
    for id, body in template["Resources"].items():
        said += _resource(Resource(id, body["Type"], body))
    said += [""] if "Outputs" in template else []
    said += [f"output {id} = {value(body['Value'])}" for id, body in template.get("Outputs", {}).items()]
    return "\n".join(said) + "\n"


def _resource(resource: Resource) -> Iterator[str]:
    statements = [*identity_statements(resource), *resource_statements(resource)]
    shown = _without_policies(resource.properties, {s.where.split(".")[1].partition("[")[0] for s in statements})
    kind = resource.type.removeprefix("AWS::")
    after = resource.body.get("DependsOn")
    facts = [*_facts("", shown), *([f"after={value(after)}"] if after else [])]
    policy = _KEPT.get(resource.body.get("DeletionPolicy", ""), "")
    yield " ".join([f"{resource.id}: {kind}{policy}", *facts])
    for statement in statements:
        yield f"    {_statement(statement.body)}"


def _without_policies(properties: dict[str, Any], policies: set[str]) -> dict[str, Any]:
    """What the statements' lines say is not said twice; the names of inline policies are."""
    shown = {key: held for key, held in properties.items() if key not in policies}
    if "Policies" in policies:
        shown["Policies"] = [policy["PolicyName"] for policy in properties["Policies"]]
    return shown


def _facts(path: str, held: Any) -> Iterator[str]:
    """`A.B=value` for every leaf, sorted: the order of a document says nothing."""
    if isinstance(held, dict) and held and not _intrinsic(held):
        for key in sorted(held):
            yield from _facts(f"{path}.{key}" if path else key, held[key])
    else:
        yield f"{path}={value(held)}"


def _intrinsic(held: dict[str, Any]) -> bool:
    return len(held) == 1 and next(iter(held)).startswith(("Fn::", "Ref"))


def value(held: Any) -> str:
    """One value: `@Id` a reference, `@Id.Attribute`, `<stack.Output>` what another stack publishes."""
    match held:
        case {"Ref": str(id), **rest} if not rest:
            return f"@{id}"
        case {"Fn::GetAtt": [str(id), str(attribute)], **rest} if not rest:
            return f"@{id}.{attribute}"
        case {"Fn::GetStackOutput": {"StackName": str(stack), "OutputName": str(output)}}:
            return f"<{stack}.{output}>"
        case {"Fn::Join": ["", list(parts)], **rest} if not rest:
            return _short("".join(part if isinstance(part, str) else value(part) for part in parts))
        case dict() if _intrinsic(held):
            [(name, inside)] = held.items()
            return _short(f"{name.removeprefix('Fn::')}({value(inside)})")
        case dict():
            return "{" + " ".join(_facts("", held)) + "}" if held else "{}"
        case list() if held and all(isinstance(item, dict) and item.keys() == {"Key", "Value"} for item in held):
            return "[" + " ".join(f"{item['Key']}={value(item['Value'])}" for item in held) + "]"
        case list():
            return "[" + " ".join(value(item) for item in held) + "]"
        case bool() | int() | float() | None:
            return json.dumps(held)
        case _:
            return _short(str(held))


def _short(text: str) -> str:
    if ARCHIVE.fullmatch(text):
        return "(archive)"
    if len(text) <= LONG and "\n" not in text:
        return json.dumps(text) if " " in text or not text else text
    return f"({len(text)} characters, {hashlib.sha256(text.encode()).hexdigest()[:12]})"


def _statement(body: dict[str, Any]) -> str:
    said = [body["Effect"].lower()]
    for word, key in (("", "Action"), ("all but", "NotAction"), ("on", "Resource"), ("not on", "NotResource")):
        if key in body:
            said += [word, _many(body[key])]
    if "Principal" in body:
        principal = body["Principal"]
        named = principal.items() if isinstance(principal, dict) else [("", principal)]
        said += ["to", " ".join(f"{kind}:{_many(who)}".lstrip(":") for kind, who in named)]
    for operator, keys in sorted(body.get("Condition", {}).items()):
        said += [f"if {operator} {key}={_many(wanted)}" for key, wanted in sorted(keys.items())]
    return " ".join(word for word in said if word)


def _many(held: Any) -> str:
    return ", ".join(value(item) for item in held) if isinstance(held, list) else value(held)
