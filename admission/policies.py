"""ValidatingAdmissionPolicies as an API server asks them: which match a request, and what their CEL says to it.

A policy without a binding that denies is none. What cannot be evaluated counts as the policy's `failurePolicy` says.
Parameters (`paramKind`) are not known here, and a policy that has one is an error and no verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from admission.rules import Unanswerable, context, evaluate

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """One change as admission sees it."""

    operation: str
    """CREATE, UPDATE or DELETE."""
    group: str
    version: str
    resource: str
    """Plural, with its subresource if any."""
    object: Document | None = None
    """What it would be; None when it is deleted."""
    old: Document | None = None
    """What it is; None when it is made."""
    space: Document | None = None
    """The Namespace it stands in, for selectors; None for what stands in none."""
    user: str = ""
    groups: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of `request`."""

    @property
    def one(self) -> Document:
        found = self.object if self.object is not None else self.old
        if found is None:
            raise ValueError("a request without an object")
        return found

    def told(self) -> dict[str, Any]:
        """`request`, as expressions read it."""
        metadata = self.one["metadata"]
        return {
            "operation": self.operation,
            "name": metadata.get("name", ""),
            "namespace": metadata.get("namespace", ""),
            "resource": {"group": self.group, "version": self.version, "resource": self.resource.partition("/")[0]},
            "subResource": self.resource.partition("/")[2],
            "userInfo": {"username": self.user, "groups": list(self.groups)},
            **self.more,
        }


def refusals(documents: Iterable[Document], request: Request) -> tuple[str, ...]:
    """What the policies among the documents say against a request, as `<policy>: <message>`.

    Raises:
        Unanswerable: a policy that matches has parameters.
    """
    policies, bindings = {}, []
    for one in documents:
        if one["kind"] == "ValidatingAdmissionPolicy":
            policies[one["metadata"]["name"]] = one["spec"]
        elif one["kind"] == "ValidatingAdmissionPolicyBinding":
            bindings.append(one["spec"])
    return tuple(
        f"{binding['policyName']}: {said}"
        for binding in bindings
        if "Deny" in binding["validationActions"] and binding["policyName"] in policies
        for said in _asked(policies[binding["policyName"]], binding, request)
    )


def _asked(policy: Document, binding: Document, request: Request) -> Iterator[str]:
    narrowed = binding.get("matchResources") or {}
    if not _matches(policy["matchConstraints"], request) or (narrowed and not _matches(narrowed, request)):
        return
    if policy.get("paramKind"):
        raise Unanswerable("reads parameters, which are not known here")
    given = _given(request)
    closed = policy.get("failurePolicy", "Fail") == "Fail"
    try:
        if not all(evaluate(one["expression"], given) is True for one in policy.get("matchConditions") or ()):
            return
    except Unanswerable as error:
        if closed:
            yield f"its condition {error}"
        return
    for rule in policy.get("validations") or ():
        try:
            if evaluate(rule["expression"], given) is not True:
                yield rule.get("message") or f"failed expression: {rule['expression']}"
        except Unanswerable as error:
            if closed:
                yield f"its expression {error}"


def _given(request: Request) -> Any:
    return context(object=request.object, oldObject=request.old, request=request.told(), namespaceObject=request.space)


def _matches(constraints: Document, request: Request) -> bool:
    rules = constraints.get("resourceRules")
    if rules is not None and not any(_rule(one, request) for one in rules):
        return False
    if any(_rule(one, request) for one in constraints.get("excludeResourceRules") or ()):
        return False
    spaces = request.one if (request.group, request.resource.partition("/")[0]) == ("", "namespaces") else request.space
    if spaces is not None and not _selects(constraints.get("namespaceSelector"), spaces):
        return False
    both = [one for one in (request.object, request.old) if one is not None]
    return any(_selects(constraints.get("objectSelector"), one) for one in both)


def _rule(rule: Document, request: Request) -> bool:
    names = rule.get("resourceNames") or ()
    return (
        _listed(rule["apiGroups"], request.group)
        and _listed(rule["apiVersions"], request.version)
        and _listed(rule["operations"], request.operation)
        and any(_resource(one, request.resource) for one in rule["resources"])
        and (not names or request.one["metadata"].get("name") in names)
    )


def _listed(given: Sequence[str], wanted: str) -> bool:
    return "*" in given or wanted in given


def _resource(pattern: str, resource: str) -> bool:
    """`*` is every resource and no subresource, `*/*` all of both, `pods/*` all of a pod's."""
    kind, _, sub = resource.partition("/")
    wanted, _, part = pattern.partition("/")
    return wanted in ("*", kind) and (part == sub or (part == "*" and "/" in pattern))


def _selects(selector: Document | None, one: Document) -> bool:
    labels = (one.get("metadata") or {}).get("labels") or {}
    if not selector:
        return True
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions") or ())


def _holds(expression: Document, labels: Mapping[str, str]) -> bool:
    key, operator, values = expression["key"], expression["operator"], expression.get("values") or ()
    held = {
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,
    }
    return held[operator]
