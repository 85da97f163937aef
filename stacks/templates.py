"""The half of a synthesis that is CDK: an app, its stacks, their templates, their judgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import aws_cdk as cdk

from fleet.model import Fleet
from fleet.phases import StackPlan
from hypercell.guards.judgement import Judgement
from stacks.assemble import CONTEXT, assemble
from stacks.beside import Beside
from stacks.judging import SchemaFindings, schemas

# The CDK must not judge on its own: what is left after our acknowledgements is ours to say (stacks.synthesis).
_JUDGED_BY_US: Mapping[str, object] = {
    "@aws-cdk/core:failSynthOnValidationErrors": False,
    "@aws-cdk/core:annotationsInValidationReport": True,
    "@aws-cdk/core:validateAgainstDefaultRules": True,
}


def new_app(folder: Path) -> cdk.App:
    """An app that writes the same bytes for everybody: with and without the CDK CLI, here and elsewhere."""
    return cdk.App(
        outdir=str(folder),
        # After the CLI's own context, so that no cdk.json of a home folder changes a template.
        post_cli_context={**CONTEXT, **_JUDGED_BY_US},
        analytics_reporting=False,
        tree_metadata=False,
        stack_traces=False,
        performance_reporting=False,
        # We synthesize, once. The CDK's own way, on exit, would write half an app after an error.
        auto_synth=False,
        # It runs as a validation plugin of ours, where findings can be acknowledged.
        builtin_cloud_formation_validation=False,
    )


def write_templates(
    fleet: Fleet,
    plans: tuple[StackPlan, ...],
    folder: Path,
    *,
    judged: bool = True,
    beside: Beside | None = None,
    built: Callable[[str], None] = lambda _: None,
) -> Judgement:
    """Write the assembly of the plans into a folder.

    Args:
        judged: run cdk-nag, CloudFormation's validation and our rules; without, the judgement is empty.
        beside: the process of `stacks.judging.schemas`, when it was started already.
        built: told the name of each stack that is built.
    """
    app = new_app(folder)
    judgement = Judgement(fleet)
    if judged:
        # In here: it loads cdk-nag into Node, for most of a second.
        from hypercell.guards.validation import judge

        judge(app, judgement, SchemaFindings(beside or schemas(fleet)))
    assemble(app, fleet, plans, step=built)
    app.synth()
    if judgement.failures:
        raise judgement.failures[0]
    return judgement
