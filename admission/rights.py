"""Who may do what, from roles and bindings alone: the API server's RBAC, over objects that are at hand.

What is asked is answered from these objects and nothing else, as of a cluster in which they are all there is. A binding
to a role that is not at hand is an error: nobody knows what it gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

RBAC = "rbac.authorization.k8s.io"
_EVERYTHING: Sequence[Mapping[str, Any]] = ({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]},)
_OF_KUBERNETES = {("", "cluster-admin"): _EVERYTHING}
"""Roles that every cluster has by itself, as far as they are needed here."""


class RoleUnknown(LookupError):
    """A binding names a role that is not at hand. The text names both."""


@dataclass(frozen=True)
class Subject:
    """Who asks."""

    user: str
    groups: frozenset[str] = frozenset()


def service_account(namespace: str, name: str) -> Subject:
    """A service account, with the groups that the API server gives it."""
    groups = {"system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"}
    return Subject(f"system:serviceaccount:{namespace}:{name}", frozenset(groups))


@dataclass(frozen=True)
class Act:
    """What is asked for. `*` asks for all of them, and only a rule with `*` gives that."""

    verb: str
    group: str
    resource: str
    """Plural, with its subresource if any: `deployments`, `deployments/scale`."""
    namespace: str = ""
    """Empty for what stands in none, and for all namespaces at once."""
    name: str = ""


@dataclass
class Rights:
    """The roles and bindings of a cluster.

    Args:
        documents: its objects; those of other kinds are passed over.
    """

    documents: Iterable[Mapping[str, Any]]
    _roles: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = field(init=False)
    _bindings: list[Mapping[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        mine = [one for one in self.documents if str(one.get("apiVersion", "")).startswith(f"{RBAC}/")]
        self._roles = dict(_OF_KUBERNETES)
        self._bindings = []
        for one in mine:
            if one["kind"] in ("ClusterRole", "Role"):
                self._roles[one["metadata"].get("namespace", ""), one["metadata"]["name"]] = one.get("rules") or ()
            elif one["kind"] in ("ClusterRoleBinding", "RoleBinding"):
                self._bindings.append(one)

    def allow(self, who: Subject, act: Act) -> bool:
        """Whether the subject may do it.

        Raises:
            RoleUnknown: a binding of the subject's names a role that is not at hand.
        """
        return any(_covers(rule, act) for rule in self.rules(who, act.namespace))

    def rules(self, who: Subject, namespace: str = "") -> Iterator[Mapping[str, Any]]:
        """All rules that hold for a subject in the whole cluster, and in a namespace.

        Raises:
            RoleUnknown: a binding of the subject's names a role that is not at hand.
        """
        for binding in self._bindings:
            home = binding["metadata"].get("namespace", "")
            if home not in ("", namespace) or not any(_is(who, one, home) for one in binding.get("subjects") or ()):
                continue
            reference = binding["roleRef"]
            key = (home if reference["kind"] == "Role" else "", reference["name"])
            if key not in self._roles:
                where = binding["metadata"]["name"]
                raise RoleUnknown(f"{where} binds {reference['kind']} {reference['name']}, which is not at hand")
            yield from self._roles[key]

    def allow_writing(self, who: Subject, document: Mapping[str, Any], resource: str) -> bool:
        """Whether a sync may store an object: read it, make it, change it; with roles, give away what they give.

        Args:
            resource: plural of its kind.
        """
        group = document["apiVersion"].rpartition("/")[0]
        space, name = document["metadata"].get("namespace", ""), document["metadata"]["name"]
        acts = [Act(verb, group, resource, space, name) for verb in ("get", "create", "patch", "update")]
        return all(self.allow(who, act) for act in acts) and self._may_give(who, document, space)

    def _may_give(self, who: Subject, document: Mapping[str, Any], space: str) -> bool:
        """The API server's rule against escalation: nobody gives what he has not, but for two verbs of their own."""
        if document["apiVersion"].rpartition("/")[0] != RBAC:
            return True
        if document["kind"] in ("ClusterRole", "Role"):
            verb, plural, given = "escalate", f"{document['kind'].lower()}s", document.get("rules") or ()
        else:
            reference = document["roleRef"]
            verb, plural = "bind", f"{reference['kind'].lower()}s"
            given = self._roles.get((space if reference["kind"] == "Role" else "", reference["name"]), _EVERYTHING)
        if self.allow(who, Act(verb, RBAC, plural, space)):
            return True
        return all(self.allow(who, act) for rule in given for act in _acts(rule, space))


def _covers(rule: Mapping[str, Any], act: Act) -> bool:
    names = rule.get("resourceNames") or ()
    return (
        _has(rule.get("verbs"), act.verb)
        and _has(rule.get("apiGroups"), act.group)
        and (_has(rule.get("resources"), act.resource) or f"*/{act.resource.partition('/')[2]}" in rule["resources"])
        and (not names or act.name in names)
    )


def _has(given: Sequence[str] | None, wanted: str) -> bool:
    return given is not None and ("*" in given or wanted in given)


def _acts(rule: Mapping[str, Any], space: str) -> Iterator[Act]:
    """Everything that a rule gives, one by one."""
    for verb in rule.get("verbs") or ():
        for group in rule.get("apiGroups") or ():
            for resource in rule.get("resources") or ():
                for name in rule.get("resourceNames") or ("",):
                    yield Act(verb, group, resource, space, name)


def _is(who: Subject, subject: Mapping[str, Any], home: str) -> bool:
    if subject["kind"] == "ServiceAccount":
        space = subject.get("namespace") or home
        return who.user == f"system:serviceaccount:{space}:{subject['name']}"
    return subject["name"] == who.user if subject["kind"] == "User" else subject["name"] in who.groups
