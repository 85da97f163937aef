"""CloudFormation, as far as a roll-out asks it: stacks with states, change sets, policies; and a CDK CLI that fills it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from ops.guard.snapshot import Stack

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def refused(code: str, said: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": said}}, "Call")


def resource(action: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
    """One change of a change set."""
    return {
        "Type": "Resource",
        "ResourceChange": {"Action": action, "LogicalResourceId": name, "ResourceType": kind} | more,
    }


@dataclass
class Standing:
    """One stack."""

    status: str
    template: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    policies: list[str] = field(default_factory=list)
    """Every policy it was given, the last one holds."""
    protected: bool = False


class Cloud:
    """The one client of all accounts and regions.

    Attributes:
        will: what is left of a stack by the execution of its change set, look by look; complete at once when absent.
        executed: names of stacks whose change sets were executed, in order.
        change_sets: stack to what its change set would do; None: nothing.
        throttles: what is asked and throttled, once each.
    """

    def __init__(self, **stacks: str) -> None:
        self.stacks = {name.replace("_", "-"): Standing(status) for name, status in stacks.items()}
        self.change_sets: dict[str, Sequence[Mapping[str, Any]] | None] = {}
        self.will: dict[str, list[str]] = {}
        self.executed: list[str] = []
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.throttles: set[str] = set()

    def __call__(self, _service: str, _account: str, _region: str) -> Cloud:
        return self

    def _stack(self, name: str, call: str) -> Standing:
        if call in self.throttles:
            self.throttles.discard(call)
            raise refused("Throttling", "Rate exceeded")
        if name not in self.stacks:
            raise refused("ValidationError", f"Stack with id {name} does not exist")
        return self.stacks[name]

    def describe_stacks(self, *, StackName: str) -> Any:  # noqa: N803 - boto3's own names, here and below
        stack = self._stack(StackName, "describe_stacks")
        if StackName in self.executed and self.will.get(StackName):
            stack.status = self.will[StackName].pop(0)
        said: dict[str, Any] = {"StackStatus": stack.status, "CreationTime": LONG_AGO}
        tags = [{"Key": key, "Value": value} for key, value in stack.tags.items()]
        return {"Stacks": [said | {"Tags": tags, "EnableTerminationProtection": stack.protected}]}

    def get_template(self, *, StackName: str, TemplateStage: str) -> Any:  # noqa: N803
        assert TemplateStage == "Original"
        return {"TemplateBody": self._stack(StackName, "get_template").template}

    def describe_change_set(self, *, StackName: str, ChangeSetName: str) -> Any:  # noqa: N803
        if StackName not in self.change_sets:
            raise refused("ChangeSetNotFound", "no such change set")
        changes = self.change_sets[StackName]
        if changes is None:
            why = "The submitted information didn't contain changes. Submit different information."
            return {"Status": "FAILED", "StatusReason": why}
        return {"Status": "CREATE_COMPLETE", "Changes": changes}

    def execute_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803
        del self.change_sets[StackName]
        self.executed.append(StackName)
        if not self.will.get(StackName):
            self._stack(StackName, "execute_change_set").status = "UPDATE_COMPLETE"

    def delete_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803
        self.change_sets.pop(StackName, None)

    def describe_stack_events(self, *, StackName: str) -> Any:  # noqa: N803
        return {"StackEvents": self.events.get(StackName, [])}

    def set_stack_policy(self, *, StackName: str, StackPolicyBody: str) -> None:  # noqa: N803
        self._stack(StackName, "set_stack_policy").policies.append(StackPolicyBody)

    def get_stack_policy(self, *, StackName: str) -> Any:  # noqa: N803
        policies = self._stack(StackName, "get_stack_policy").policies
        return {"StackPolicyBody": policies[-1]} if policies else {}

    def update_termination_protection(self, *, StackName: str, EnableTerminationProtection: bool) -> None:  # noqa: N803
        self._stack(StackName, "update_termination_protection").protected = EnableTerminationProtection

    def kept(self, name: str) -> list[str]:
        """What the policy of a stack keeps from being replaced and deleted."""
        statements = json.loads(self.stacks[name].policies[-1])["Statement"]
        return [one for said in statements if said["Effect"] == "Deny" for one in said["Resource"]]


@dataclass
class Cli:
    """The CDK CLI: makes the change sets that a test says, or fails."""

    cloud: Cloud
    makes: Mapping[str, Sequence[Mapping[str, Any]] | None]
    then: Callable[[], None] = lambda: None
    asked: list[Sequence[str]] = field(default_factory=list)

    def deploy(
        self, stacks: Sequence[str], options: Sequence[str], _alive: Callable[[], None], *, at_once: int
    ) -> None:
        assert at_once >= 1
        self.asked.append([*options, *stacks])
        for name in stacks:
            self.cloud.stacks.setdefault(name, Standing("REVIEW_IN_PROGRESS"))
            self.cloud.change_sets[name] = self.makes[name]
        self.then()


def stack(name: str, **types: str) -> Stack:
    """A stack of the assembly: logical ids to types."""
    template = {"Resources": {logical: {"Type": kind} for logical, kind in types.items()}}
    return Stack(name, "1" * 12, "us-east-1", template, "sha256:0")
