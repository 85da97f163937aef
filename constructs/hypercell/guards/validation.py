"""Judgement of a synthesis: cdk-nag, CloudFormation's own validation and our rules, over the finished templates.

Three validation plugins of the CDK, each of which looks once at everything and is handed to the CDK with what the
table of acknowledgements leaves. The table is applied here and not with `Validations.acknowledge`: that writes
metadata into one construct at a time, which costs some calls into Node for each of the constructs of 24 equal cells,
and its only shorter form, on a whole stack, silences more than was looked at (docs/decisions).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import aws_cdk as cdk
import jsii
from cdk_nag import AwsSolutionsChecks

from fleet.phases import StackPlan
from hypercell.guards.acknowledgements import Acknowledgement, Finding, acknowledged
from hypercell.guards.canonical import canonical
from hypercell.guards.rules import RULES
from hypercell.guards.template import Assembly, read_assembly

Context = cdk.IPolicyValidationContext


class Judgement:
    """What was found in one synthesis.

    Attributes:
        open: findings that no row acknowledges; any of them fails the synthesis.
        used: row to the number of findings it acknowledged.
    """

    def __init__(self, plans: Mapping[str, StackPlan]) -> None:
        self.plans = plans
        self.open: list[Finding] = []
        self.used: Counter[Acknowledgement] = Counter()

    def keep(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those that nobody acknowledged."""
        kept = []
        for finding in findings:
            plan = self.plans.get(finding.path.partition("/")[0])
            rows = [] if plan is None else list(acknowledged(finding, plan))
            self.used.update(rows)
            if not rows:
                kept.append(finding)
        self.open += kept
        return kept

    def text(self, shown: int) -> str:
        """The open findings for a person: equal ones of equal stacks once, at most `shown` of them."""
        groups: dict[tuple[str, str, str, str], list[str]] = {}
        for finding in self.open:
            stack, _, below = finding.path.partition("/")
            plan = self.plans[stack]
            same = (finding.rule_id, canonical(f"{below} {finding.detail}", plan), finding.what, plan.kind)
            groups.setdefault(same, []).append(finding.path)
        lines = [f"{len(self.open)} findings are open; nothing was put in place."]
        fixes = {(finding.rule_id, finding.what): finding.fix for finding in self.open}
        for (rule, _, what, kind), paths in list(groups.items())[:shown]:
            others = f" and {len(paths) - 1} like it" if len(paths) > 1 else ""
            detail = next(f.detail for f in self.open if f.path == paths[0] and f.rule_id == rule)
            lines.append(f"{paths[0]}{others}: {what}{f' [{detail}]' if detail else ''} ({rule}, {kind})")
            if fixes[rule, what]:
                lines.append(f"    {fixes[rule, what]}")
        if len(groups) > shown:
            lines.append(f"... and {len(groups) - shown} more")
        lines.append("Fix them, or acknowledge with a reason in constructs/hypercell/guards/acknowledgements.py.")
        return "\n".join(lines)


def judge(app: cdk.App, plans: Mapping[str, StackPlan]) -> Judgement:
    """Have the app judged when it is synthesized. `plans` are all stacks of the fleet, by name."""
    judgement = Judgement(plans)
    cdk.Validations.of(app).add_plugins(
        Scanner("cdk-nag", judgement, nag_findings),
        Scanner("CloudFormation Validate", judgement, cloudformation_findings),
        Scanner("Hypercell", judgement, lambda context: own_findings(_assembly(context, plans))),
    )
    return judgement


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
        kept = self._judgement.keep(self._scan(context))
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


def cloudformation_findings(context: Context) -> Iterator[Finding]:
    """CloudFormation's own schemas and rules, errors and warnings (the plugin that the CDK ships)."""
    folder = _folder(context)
    paths = Assembly({}, {}, folder)
    for violation in cdk.CloudFormationValidatePlugin().validate(context).violations:
        for resource in violation.violating_resources:
            stack = Path(resource.template_path or "").name.removesuffix(".template.json")
            path = paths.path(stack, resource.resource_logical_id or "")
            yield Finding(violation.rule_name, path, violation.description, violation.fix or "")


def own_findings(assembly: Assembly) -> Iterator[Finding]:
    """The rules of `hypercell.guards.rules`."""
    for name, template in assembly.templates.items():
        for rule in RULES:
            for broken in rule.check(template, assembly):
                where = f" ({broken.where})" if broken.where else ""
                yield Finding(rule.id, assembly.path(name, broken.resource), f"{broken.what}{where}", rule.fix)


def _folder(context: Context) -> Path:
    return Path(context.stack_templates[0].template_path).parent


def _assembly(context: Context, plans: Mapping[str, StackPlan]) -> Assembly:
    return read_assembly(_folder(context), plans)
