"""What the controller says to Auto Scaling."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .faults import Faults, code


class Lifecycle:
    """Speaks through a client handed in."""

    def __init__(self, autoscaling: Any, faults: Faults) -> None:
        self._autoscaling, self._faults = autoscaling, faults

    def let_go(self, *, group: str, hook: str, token: str, machine: str) -> None:
        """Answer a terminating hook: the instance may end now. A hook that closed by itself meanwhile is no fault."""
        try:
            self._autoscaling.complete_lifecycle_action(
                AutoScalingGroupName=group,
                LifecycleHookName=hook,
                LifecycleActionToken=token,
                InstanceId=machine,
                LifecycleActionResult="CONTINUE",
            )
        except (ClientError, BotoCoreError) as error:
            if code(error) != "ValidationError":
                self._faults.note(f"complete the hook of {machine}", error)

    def give_up(self, machine: str) -> bool:
        """Have the group replace an instance that hangs; whether Auto Scaling took it."""
        answer = self._faults.attempt(
            f"set health of {machine}",
            # The group's grace period would swallow the call without a word; whoever calls has waited long enough.
            lambda: self._autoscaling.set_instance_health(
                InstanceId=machine, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False
            ),
        )
        return answer is not None
