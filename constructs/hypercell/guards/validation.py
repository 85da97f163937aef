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
from constructs import IConstruct

from fleet.model import Fleet
from fleet.phases import StackPlan, every_stack
from hypercell.guards.acknowledgements import Acknowledgement
from hypercell.guards.canonical import canonical
from hypercell.guards.findings import Finding, acknowledged
from hypercell.guards.rules import RULES
from hypercell.guards.template import Assembly, read_assembly

Context = cdk.IPolicyValidationContext


class Judgement:
    """What was found in one synthesis.

    Attributes:
        open: findings that no row acknowledges; any of them fails the synthesis.
        used: row to the number of findings it acknowledged.
        failures: what scanners raised; a judgement with one is none.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.plans: Mapping[str, StackPlan] = {plan.name: plan for plan in every_stack(fleet)}
        self.open: list[Finding] = []
        self.used: Counter[Acknowledgement] = Counter()
        self.failures: list[BaseException] = []

    def keep(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those that nobody acknowledged."""
        kept = []
        for finding in findings:
            plan = self.plans.get(finding.path.partition("/")[0])
            rows = [] if plan is None else list(acknowledged(finding, plan, self.fleet.name))
            self.used.update(rows)
            if not rows:
                kept.append(finding)
        self.open += kept
        return kept

    def text(self, shown: int) -> str:
        """The open findings for a person: what equal stacks share once, at most `shown` constructs."""
        groups: dict[tuple[str, str, str], list[Finding]] = {}
        for finding in self.open:
            stack, _, below = finding.path.partition("/")
            plan = self.plans[stack]
            groups.setdefault((finding.rule_id, plan.kind, canonical(below, plan)), []).append(finding)
        lines = [f"{len(self.open)} findings are open; nothing was put in place."]
        for findings in list(groups.values())[:shown]:
            one = findings[0]
            here = [finding for finding in findings if finding.path == one.path]
            others = len({finding.path for finding in findings}) - 1
            lines.append(f"{one.path}: {one.rule_id}: {one.what}{f' (and {others} like it)' if others else ''}")
            lines += [f"    {finding.detail or finding.what}" for finding in here if finding.detail or len(here) > 1]
            lines += [f"    {one.fix}"] if one.fix else []
        if len(groups) > shown:
            lines.append(f"... and {len(groups) - shown} constructs more")
        lines.append("Fix them, or acknowledge with a reason in constructs/hypercell/guards/acknowledgements.py.")
        return "\n".join(lines)


def judge(app: cdk.App, fleet: Fleet) -> Judgement:
    """Have the app judged when it is synthesized."""
    judgement = Judgement(fleet)
    plans = judgement.plans
    cdk.Validations.of(app).add_plugins(
        Scanner("cdk-nag", judgement, nag_findings),
        Scanner("CloudFormation Validate", judgement, lambda context: cloudformation_findings(context, plans)),
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


def cloudformation_findings(context: Context, plans: Mapping[str, StackPlan]) -> Iterator[Finding]:
    """CloudFormation's own schemas and rules, errors and warnings (the plugin that the CDK ships).

    It takes 2 ms a resource, so of cells that are one text in one region it sees one: 24 cells are 5 texts.
    """
    paths = Assembly({}, {}, _folder(context))
    for violation in cdk.CloudFormationValidatePlugin().validate(_Different(context, plans)).violations:
        for resource in violation.violating_resources:
            stack = Path(resource.template_path or "").name.removesuffix(".template.json")
            path = paths.path(stack, resource.resource_logical_id or "")
            yield Finding(violation.rule_name, path, violation.description, violation.fix or "")


@jsii.implements(cdk.IPolicyValidationContext)
class _Different:
    """A context with one cell of each text and region, and every other stack."""

    def __init__(self, context: Context, plans: Mapping[str, StackPlan]) -> None:
        self._context = context
        different: dict[tuple[str | None, str], cdk.PolicyValidationStack] = {}
        for stack in context.stack_templates:
            plan = plans[stack.stack_construct_path]
            # Cells are most of a fleet; the few others that would collapse cost more to compare than to look at.
            cell = plan.kind == "cell"
            text = canonical(Path(stack.template_path).read_text(), plan) if cell else stack.template_path
            different.setdefault((stack.region, text), stack)
        self._stacks = list(different.values())

    @property
    def app_construct(self) -> IConstruct:
        return self._context.app_construct

    @property
    def stack_templates(self) -> list[cdk.PolicyValidationStack]:
        return self._stacks

    @property
    def template_paths(self) -> list[str]:
        return [stack.template_path for stack in self._stacks]

    @property
    def account_id(self) -> str | None:
        return None

    @property
    def region(self) -> str | None:
        return None


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
