"""Rules in CEL: asked where they stand, in the words of whoever wrote them, and never passed over."""

from __future__ import annotations

from typing import Any

import pytest

from admission.builtin import builtin, versions
from admission.custom import Definition, Definitions
from admission.functions import FUNCTIONS
from admission.judge import Judge
from admission.relations import EXPRESSIONS, RELATIONS
from admission.rules import Unanswerable, context, escaped, evaluate, variables
from admission.tighter import FIELDS, MISSING, enumerations


def said(schema: dict[str, Any], value: Any) -> list[str]:
    whole = {"type": "object", "properties": {"spec": schema}}
    judge = Judge(
        "1.35", Definitions({("t.example/v1", "Thing"): Definition("t.example", "v1", "Thing", False, whole)})
    )
    document = {"apiVersion": "t.example/v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": value}
    return [str(finding) for finding in judge.judge(document).findings]


def bounded(rule: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"least": {"type": "integer"}, "most": {"type": "integer", "default": 5}},
        "x-kubernetes-validations": [{"rule": rule, **more}],
    }


def test_a_rule_is_asked_after_defaults_are_in() -> None:
    schema = bounded("self.least <= self.most", message="least is at most most")
    assert said(schema, {"least": 5}) == []
    assert said(schema, {"least": 6}) == ["spec: least is at most most; change it"]


def test_a_rule_without_words_is_shown_itself() -> None:
    assert said(bounded("self.least <=\n  self.most"), {"least": 6}) == [
        "spec: the rule `self.least <= self.most` does not hold; change it"
    ]


def test_a_message_may_be_an_expression_and_falls_back_to_the_plain_one() -> None:
    told = {"messageExpression": "'at most ' + string(self.most)", "message": "too many"}
    assert said(bounded("self.least <= self.most", **told), {"least": 6}) == ["spec: at most 5; change it"]
    told["messageExpression"] = "'at most ' + string(self.nothing)"
    assert said(bounded("self.least <= self.most", **told), {"least": 6}) == ["spec: too many; change it"]


def test_a_rule_may_point_at_a_field() -> None:
    schema = bounded("self.least <= self.most", message="too many", fieldPath=".least")
    assert said(schema, {"least": 6}) == ["spec.least: 6: too many; change it"]


def test_rules_stand_at_every_level() -> None:
    schema = {
        "type": "object",
        "properties": {
            "list": {
                "type": "array",
                "items": {"type": "string", "x-kubernetes-validations": [{"rule": "self != 'b'", "message": "no b"}]},
            },
            "map": {
                "type": "object",
                "additionalProperties": {
                    "type": "string",
                    "x-kubernetes-validations": [{"rule": "self.size() < 3", "message": "short"}],
                },
                "x-kubernetes-validations": [{"rule": "self.all(key, key != 'x')", "message": "no x"}],
            },
        },
    }
    assert said(schema, {"list": ["a", "b"], "map": {"x": "yes", "y": "no"}}) == [
        'spec.list[1]: "b": no b; change it',
        "spec.map: no x; change it",
        'spec.map.x: "yes": short; change it',
    ]


def test_rules_about_a_change_are_skipped_and_those_that_may_begin_are_asked() -> None:
    assert said(bounded("self.least == oldSelf.least"), {"least": 1}) == []
    begun = bounded("oldSelf.hasValue() || self.least == 0", optionalOldSelf=True, message="begins with 0")
    assert said(begun, {"least": 0}) == []
    assert said(begun, {"least": 1}) == ["spec: begins with 0; change it"]
    assert said(bounded("self.least == 0 || 'oldSelf' == 'x'", message="is 0"), {"least": 1}) == [
        "spec: is 0; change it"
    ]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("self.least.magic() > 1", "uses magic(), which is not known here: nothing was judged by it"),
        ("math.greatest(self.least, 1) > 0", "uses greatest(), which is not known here: nothing was judged by it"),
        ("self.none > 1", "cannot be evaluated: no such key: none"),
        ("self.least > 'a'", "cannot be evaluated: "),
        ("self.least / 0 == 1", "cannot be evaluated: "),
        ("self.?least.orValue(1) == 1", "cannot be parsed: "),
    ],
)
def test_what_nobody_can_answer_is_a_finding_that_names_the_rule(rule: str, why: str) -> None:
    found = said(bounded(rule), {"least": 1})
    assert len(found) == 1
    assert found[0].startswith(f"spec: the rule `{rule}` {why}")


def test_rules_are_not_asked_of_what_has_another_shape() -> None:
    assert said(bounded("self.least.size() > 1"), {"least": "x"}) == [
        'spec.least: "x": is text, and takes a whole number; write it as that'
    ]


@pytest.mark.parametrize(
    ("schema", "value", "rule"),
    [
        ({"type": "number"}, 3, "self + 0.5 == 3.5"),
        ({"type": "string", "format": "duration"}, "90s", "self == duration('1m30s')"),
        ({"type": "string", "format": "date-time"}, "2026-11-25T10:00:00Z", "self.getFullYear() == 2026"),
        ({"type": "string", "format": "byte"}, "YWI=", "self == b'ab'"),
        ({"x-kubernetes-int-or-string": True}, "5%", "type(self) == string"),
        ({"x-kubernetes-int-or-string": True}, 5, "type(self) == int"),
        ({"type": "object", "properties": {"namespace": {"type": "string"}}}, {"namespace": "a"}, "self.__namespace__ == 'a'"),
        ({"type": "object", "properties": {"a-b.c/d": {"type": "string"}}}, {"a-b.c/d": "a"}, "self.a__dash__b__dot__c__slash__d == 'a'"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a-b": "a"}, "self['a-b'] == 'a'"),
    ],
)  # fmt: skip
def test_values_have_the_types_of_their_schemas(schema: dict[str, Any], value: Any, rule: str) -> None:
    asked = {**schema, "x-kubernetes-validations": [{"rule": rule}]}
    whole = {"type": "object", "properties": {"field": asked}}
    assert said(whole, {"field": value}) == []
    asked["x-kubernetes-validations"] = [{"rule": f"!({rule})"}]
    assert len(said(whole, {"field": value})) == 1


def test_names_are_escaped_as_kubernetes_does() -> None:
    assert escaped("namespace") == "__namespace__"
    assert escaped("x__y-z") == "x__underscores__y__dash__z"
    assert escaped("plain") == "plain"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'al2023@v1'.find('^[^@]+')", "al2023"),
        ("'abc'.find('x')", ""),
        ("isURL('https://a.example/x')", True),
        ("isURL('a.example/x')", False),
        ("isURL('/x')", True),
        ("isURL('http://a b')", False),
        ("url('oci://a/b').getScheme()", "oci"),
        ("url('/b').getScheme()", ""),
        ("isIP('10.0.0.1')", True),
        ("isIP('::1')", True),
        ("isIP('::ffff:10.0.0.1')", False),
        ("isIP('fe80::1%eth0')", False),
        ("isIP('a.example')", False),
        ("'a/b'.split('/')[1]", "b"),
        ("'*.a'.substring(2)", "a"),
        ("amount('1.5Gi')", 1.5 * 2**30),
        ("amount('250m')", 0.25),
        ("amount('1e3')", 1000.0),
        ("amount(2)", 2.0),
    ],
)
def test_functions_of_kubernetes_answer_as_there(expression: str, value: Any) -> None:
    assert evaluate(expression, context()) == value


def test_functions_that_fail_are_said_so() -> None:
    with pytest.raises(Unanswerable, match="cannot be evaluated"):
        evaluate("url('a b').getScheme() == ''", context())


def test_the_tables_name_definitions_and_fields_that_are_there() -> None:
    known: dict[str, set[str]] = {}
    for version in versions()[-3:]:
        for name, schema in builtin(version).definitions.items():
            known.setdefault(name, set()).update(schema.get("properties", ()))
    for table in (FIELDS, enumerations(), MISSING):
        for name, fields in table.items():
            assert set(fields) <= known[name], name
    assert set(RELATIONS) <= set(known)
    assert all(field in known[name] for name, (field, _) in EXPRESSIONS.items())


@pytest.mark.parametrize("rule", sorted({rule for rules in RELATIONS.values() for rule, _ in rules}))
def test_our_own_rules_read_themselves_and_known_functions_only(rule: str) -> None:
    assert "self" in variables(rule)


def test_the_functions_are_those_that_somebody_needs() -> None:
    assert set(FUNCTIONS) == {"find", "isURL", "url", "getScheme", "isIP", "amount", "split", "substring"}
