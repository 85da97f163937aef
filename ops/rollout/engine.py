"""Stacks are changed: change sets by the CDK CLI, reviewed, executed by CloudFormation, and protected afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from ops.clients import ClientFor
from ops.guard.change import Action
from ops.guard.snapshot import Stack
from ops.guard.stateful import STATEFUL
from ops.rollout.cdk import Alive, Cdk
from ops.rollout.protection import policy
from ops.rollout.review import Announced, review

AT_ONCE = 4
"""Stacks that are deployed side by side; CloudFormation takes more, and IAM and Route 53 throttle."""
_LOOK_SECONDS = 5.0

Changes = Sequence[Mapping[str, Any]]


class StackFailed(Exception):
    """CloudFormation did not do it. The text says which stack, in which state it is, and why."""


class Unannounced(Exception):
    """A change set would do what the guard did not announce; nothing was executed. The text lists all of it."""


class Engine(Protocol):
    """Whatever changes stacks."""

    def deploy(self, stacks: Sequence[str], announced: Announced, alive: Alive) -> None:
        """Change stacks that need nothing of each other, side by side.

        Raises:
            StackFailed, Unannounced, CliFailed, CliMissing.
        """

    def running(self, stacks: Collection[str]) -> list[str]:
        """Those that CloudFormation is at work on, or that nobody can tell of."""

    def assure(self, stacks: Collection[str]) -> list[str]:
        """Protect what a run that ended early left without; the names of those.

        Raises:
            StackFailed.
        """


@dataclass
class CloudFormation:
    """The CDK CLI makes change sets, with its roles and assets; we read them, and have them executed.

    Attributes:
        wanted: the assembly's stacks, by name.
        change_set: name of all change sets of this roll-out.
    """

    cdk: Cdk
    client_for: ClientFor
    wanted: Mapping[str, Stack]
    change_set: str
    sleep: Callable[[float], None] = time.sleep
    _prepared: set[str] = field(default_factory=set)

    def deploy(self, stacks: Sequence[str], announced: Announced, alive: Alive) -> None:
        self._prepared |= set(stacks)
        try:
            options = ["--method", "prepare-change-set", "--change-set-name", self.change_set]
            self.cdk.deploy(stacks, options, alive, at_once=AT_ONCE)
            changes = {name: self._changes(name) for name in stacks}
            against = [said for name in stacks for said in review(name, changes[name] or (), announced, STATEFUL)]
            if against:
                raise Unannounced("\n".join(against))
            for name in stacks:
                if changes[name] is not None:
                    self._let_pass(name, announced)
                    self._execute(name)
            self._wait([name for name in stacks if changes[name] is not None], alive)
        finally:
            self._put_away()
        for name in stacks:
            self.protect(name)

    def running(self, stacks: Collection[str]) -> list[str]:
        return [name for name in stacks if self._at_work(name)]

    def _at_work(self, name: str) -> bool:
        try:
            status, _ = self._status(name)
        except StackFailed:
            return True
        return status is not None and status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"

    def assure(self, stacks: Collection[str]) -> list[str]:
        bare = [name for name in stacks if not self._protected(name)]
        for name in bare:
            self.protect(name)
        return bare

    def _protected(self, name: str) -> bool:
        client = self._client(name)
        try:
            kept = client.get_stack_policy(StackName=name).get("StackPolicyBody")
            (said,) = client.describe_stacks(StackName=name)["Stacks"]
        except (ClientError, BotoCoreError) as error:
            raise StackFailed(f"{name}: whether it is protected cannot be read: {error}") from None
        return kept == policy(self.wanted[name].template) and bool(said.get("EnableTerminationProtection"))

    def protect(self, name: str) -> None:
        """Set the stack's policy, and have its deletion refused."""
        self._keep(name)
        self._call(name, self._client(name).update_termination_protection, EnableTerminationProtection=True)

    def _keep(self, name: str) -> None:
        self._call(name, self._client(name).set_stack_policy, StackPolicyBody=policy(self.wanted[name].template))

    def _let_pass(self, name: str, announced: Announced) -> None:
        """What was judged and signed for must not be stopped by the policy of the time before."""
        passing = [
            path.removeprefix(f"{name}/")
            for path, action in announced.items()
            if path.startswith(f"{name}/") and action >= Action.ORPHAN
        ]
        if passing and self._status(name)[0] != "REVIEW_IN_PROGRESS":
            body = policy(self.wanted[name].template, passing)
            self._call(name, self._client(name).set_stack_policy, StackPolicyBody=body)

    def _changes(self, name: str) -> Changes | None:
        """What the change set would do; None: there is none, because nothing would change."""
        found: list[Mapping[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            try:
                said = self._client(name).describe_change_set(StackName=name, ChangeSetName=self.change_set, **token)
            except ClientError as error:
                if error.response["Error"]["Code"] in ("ChangeSetNotFound", "ChangeSetNotFoundException"):
                    return None
                raise StackFailed(f"{name}: its change set cannot be read: {error}") from None
            except BotoCoreError as error:
                raise StackFailed(f"{name}: its change set cannot be read: {error}") from None
            if said["Status"] == "FAILED":
                why = said.get("StatusReason", "")
                if "didn't contain changes" in why or "No updates are to be performed" in why:
                    return None
                raise StackFailed(f"{name}: CloudFormation made no change set: {why}")
            found += said.get("Changes", ())
            if "NextToken" not in said:
                return found
            token = {"NextToken": said["NextToken"]}

    def _execute(self, name: str) -> None:
        self._call(name, self._client(name).execute_change_set, ChangeSetName=self.change_set)
        self._prepared.discard(name)

    def _wait(self, stacks: Sequence[str], alive: Alive) -> None:
        waiting = list(stacks)
        while waiting:
            # First of all: a change set that is executed takes a moment to show in its stack's state.
            self.sleep(_LOOK_SECONDS)
            alive()
            for name in list(waiting):
                status, why = self._status(name)
                if status is None or not status.endswith("_IN_PROGRESS"):
                    waiting.remove(name)
                    if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                        raise StackFailed(f"{name} is {status or 'gone'}: {self._first_failure(name) or why}")

    def _first_failure(self, name: str) -> str:
        """What the events say of the resource that failed first."""
        try:
            events = self._client(name).describe_stack_events(StackName=name)["StackEvents"]
        except (ClientError, BotoCoreError):
            return ""
        failed = [one for one in _of_the_last_run(events) if one["ResourceStatus"].endswith("_FAILED")]
        if not failed:
            return ""
        first = failed[-1]
        return (
            f"{first['LogicalResourceId']} ({first['ResourceType']}): {first.get('ResourceStatusReason', 'no reason')}"
        )

    def _put_away(self) -> None:
        """Change sets that were not executed are not left for somebody to execute some day."""
        for name in sorted(self._prepared):
            try:
                self._client(name).delete_change_set(StackName=name, ChangeSetName=self.change_set)
            except (ClientError, BotoCoreError):
                continue  # it was never made, or the next run replaces it under the same name
        self._prepared.clear()

    def _status(self, name: str) -> tuple[str | None, str]:
        try:
            (said,) = self._client(name).describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None, ""
            raise StackFailed(f"{name}: whether it is done cannot be read: {error}") from None
        except BotoCoreError as error:
            raise StackFailed(f"{name}: whether it is done cannot be read: {error}") from None
        return said["StackStatus"], said.get("StackStatusReason", "")

    def _client(self, name: str) -> Any:
        stack = self.wanted[name]
        return self.client_for("cloudformation", stack.account, stack.region)

    def _call(self, name: str, call: Callable[..., Any], **arguments: Any) -> None:
        try:
            call(StackName=name, **arguments)
        except (ClientError, BotoCoreError) as error:
            raise StackFailed(f"{name}: {error}") from None


def _of_the_last_run(events: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The newest first, down to where the stack itself began."""
    for one in events:
        yield one
        if one["ResourceType"] == "AWS::CloudFormation::Stack" and one["ResourceStatus"].endswith(
            ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
        ):
            return
