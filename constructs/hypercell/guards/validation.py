"""Judgement of a synthesis: cdk-nag, CloudFormation's own validation and our rules, over the finished templates.

Three validation plugins of the CDK, each of which looks once at everything and is handed to the CDK with what the
table of acknowledgements leaves. The table is applied here and not with `Validations.acknowledge`: that writes
metadata into one construct at a time, which costs some calls into Node for each of the constructs of 24 equal cells,
and its only shorter form, on a whole stack, silences more than was looked at (docs/decisions).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

import aws_cdk as cdk
import jsii
from cdk_nag import AwsSolutionsChecks

from hypercell.guards.findings import Finding
from hypercell.guards.judgement import Judgement
from hypercell.guards.rules import RULES
from hypercell.guards.template import Assembly, read_assembly

Context = cdk.IPolicyValidationContext


class Schemas(Protocol):
    """CloudFormation's own validation (`hypercell.guards.schemas`), which may run beside."""

    def start(self, folder: Path) -> None:
        """Judge the assembly in a folder."""

    def findings(self) -> Iterable[Finding]:
        """What was found; waits for it."""


def judge(app: cdk.App, judgement: Judgement, schemas: Schemas) -> None:
    """Have the app judged when it is synthesized."""

    def started(context: Context) -> Iterator[Finding]:
        schemas.start(_folder(context))
        yield from nag_findings(context)

    def ours(context: Context) -> Iterator[Finding]:
        return own_findings(read_assembly(_folder(context), judgement.plans))

    cdk.Validations.of(app).add_plugins(
        Scanner("cdk-nag", judgement, started),
        Scanner("Hypercell", judgement, ours),
        Scanner("CloudFormation Validate", judgement, lambda _: schemas.findings()),
    )


@jsii.implements(cdk.IPolicyValidationPlugin)
class Scanner:
    """A validation plugin of the CDK: what one scanner finds, less what is acknowledged."""

    def __init__(self, name: str, judgement: Judgement, scan: Callable[[Context], Iterable[Finding]]) -> None:
        self._name = name
        self._judgement = judgement
        self._scan = scan

    @property
    def name(self) -> str:
        return self._name

    @property
    def version(self) -> str | None:
        return None

    @property
    def rule_ids(self) -> list[str] | None:
        return None

    def validate(self, context: Context) -> cdk.PolicyValidationPluginReport:
        try:
            kept = self._judgement.keep(self._scan(context))
        except BaseException as error:
            # The CDK turns it into a line of its report, and goes on; `write_templates` does not.
            self._judgement.failures.append(error)
            raise
        violations = [
            cdk.PolicyViolation(
                rule_name=finding.rule,
                description=finding.what,
                fix=finding.fix or None,
                severity="error",
                violating_resources=[
                    cdk.PolicyViolatingResource(construct_path=finding.path, locations=["Properties"])
                ],
            )
            for finding in kept
        ]
        return cdk.PolicyValidationPluginReport(success=not violations, violations=violations)


def nag_findings(context: Context) -> Iterator[Finding]:
    """cdk-nag's pack AwsSolutions, errors and warnings."""
    for violation in AwsSolutionsChecks().validate_scope(context.app_construct).violations:
        for resource in violation.violating_resources:
            assert resource.construct_path is not None, violation.rule_name
            yield Finding(violation.rule_name, resource.construct_path, violation.description)


def own_findings(assembly: Assembly) -> Iterator[Finding]:
    """The rules of `hypercell.guards.rules`."""
    for name, template in assembly.templates.items():
        for rule in RULES:
            for broken in rule.check(template, assembly):
                where = f" ({broken.where})" if broken.where else ""
                yield Finding(rule.id, assembly.path(name, broken.resource), f"{broken.what}{where}", rule.fix)


def _folder(context: Context) -> Path:
    return Path(context.stack_templates[0].template_path).parent
