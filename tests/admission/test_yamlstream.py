"""Files of several documents: where each begins, and in which line a field stands."""

from __future__ import annotations

import pytest
import yaml

from admission.yamlstream import Unreadable, line_of, load, split

PLAIN = "---\na: 1\n---\nb:\n  c: |\n    ---\n    text\n---\nd: 4\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.removeprefix("---\n"),
        PLAIN.replace("---\nd", "--- # the last one\nd"),
        PLAIN.replace("---\nb", "---\n\n# of nothing\n---\nb"),
        f"# a licence\n{PLAIN}",
        PLAIN + "---\n",
        PLAIN.replace("---\nb", "--- \nb"),
    ],
    ids=["plain", "no-first-mark", "a-remark", "an-empty-one", "a-head", "a-last-mark", "a-space"],
)
def test_documents_are_those_that_yaml_sees_at_its_lines(text: str) -> None:
    nodes = [node for node in yaml.compose_all(text, yaml.SafeLoader) if isinstance(node, yaml.MappingNode)]
    found = list(split(text))
    assert [load(part) for _, part in found] == [one for one in yaml.safe_load_all(text) if one]
    for (line, part), node in zip(found, nodes, strict=True):
        key = node.value[0][0]
        assert line + line_of(part, (key.value,)) == key.start_mark.line + 1


def test_a_field_that_is_not_there_has_the_line_of_what_holds_it() -> None:
    text = "kind: Pod\nspec:\n  containers:\n  - name: a\n  - name: b\n"
    assert line_of(text, ("spec", "containers", 1, "name")) == 4
    assert line_of(text, ("spec", "containers", 1, "image")) == 4
    assert line_of(text, ("spec", "containers", 7)) == 2
    assert line_of(text, ("status",)) == 0


def test_merged_keys_may_be_said_again() -> None:
    assert load("base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}\n")["more"] == {"a": 1, "b": 3}
    with pytest.raises(Unreadable, match="b: stands twice in one mapping") as twice:
        load("a: 1\nmore:\n  b: 1\n  b: 2\n")
    assert twice.value.line == 3
