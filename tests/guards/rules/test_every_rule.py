"""All rules together."""

from pathlib import Path

import hypercell.guards.rules
from hypercell.guards.rules import RULES

ROOM = Path(hypercell.guards.rules.__file__).parent


def test_every_rule_is_a_file_registered_and_tested():
    files = {file.stem for file in ROOM.glob("*.py")} - {"__init__"}
    assert {rule.id.replace("-", "_") for rule in RULES} == files
    assert {file.stem.removeprefix("test_") for file in Path(__file__).parent.glob("test_*.py")} - {
        "every_rule"
    } == files


def test_every_rule_says_what_to_do():
    assert all(rule.fix for rule in RULES)
    assert len({rule.id for rule in RULES}) == len(RULES)
