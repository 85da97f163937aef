"""Who may do what in a cell: people, nodes, Karpenter and the other controllers, each within its own cell."""

import json
import re
from fnmatch import fnmatchcase

import pytest

from fleet import names
from k8s.guard import guard


def of(template, kind):
    return {id: r.get("Properties", {}) for id, r in template["Resources"].items() if r["Type"] == kind}


@pytest.fixture(scope="module")
def cell(fleet):
    return fleet.cell("use1-a")


@pytest.fixture(scope="module")
def template(fleet, cell, synthesized):
    return synthesized("cell")[names.stack(fleet, cell.region.code, cell.key, "cell")]


@pytest.fixture(scope="module")
def roles(template):
    """Role name to (logical id, properties)."""
    return {r["RoleName"]: (id, r) for id, r in of(template, "AWS::IAM::Role").items()}


def listed(value):
    return value if isinstance(value, list) else [value]


def statements(template, role):
    """Everything a role of the template is allowed: its own policies and those attached to it."""
    id, properties = role
    documents = [p["PolicyDocument"] for p in properties.get("Policies", [])]
    documents += [
        policy["PolicyDocument"]
        for policy in of(template, "AWS::IAM::ManagedPolicy").values()
        if {"Ref": id} in policy["Roles"]
    ]
    return [statement for document in documents for statement in document["Statement"]]


def trusted(role):
    [statement] = role[1]["AssumeRolePolicyDocument"]["Statement"]
    return statement


# Actions that AWS offers no resource for, beside describing ones.
RESOURCELESS = {
    "arc-zonal-shift:GetManagedResource",
    "ecr:GetAuthorizationToken",
    "iam:ListInstanceProfiles",
    "pricing:GetProducts",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def test_nobody_in_a_cell_may_do_anything_to_everything(template, roles):
    for name, role in roles.items():
        for statement in statements(template, role):
            actions = listed(statement["Action"])
            assert not any("*" in action for action in actions), (name, statement["Sid"])
            if "*" in listed(statement["Resource"]):
                open_ended = {a for a in actions if not fnmatchcase(a, "*:Describe*")} - RESOURCELESS
                assert not open_ended, (name, statement["Sid"])


def test_every_controller_is_one_service_account_of_this_cluster(template, roles, cell):
    for purpose, (namespace, account) in names.CONTROLLERS.items():
        statement = trusted(roles[names.cell_role(cell, purpose)])
        assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
        assert statement["Condition"]["StringEquals"] == {
            "aws:RequestTag/eks-cluster-arn": names.cluster_arn(cell),
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": account,
            "aws:SourceAccount": cell.region.account_id,
        }


def test_every_controller_is_given_its_role(template, roles, cell):
    given = {
        (a["Namespace"], a["ServiceAccount"]): a["RoleArn"]["Fn::GetAtt"][0]
        for a in of(template, "AWS::EKS::PodIdentityAssociation").values()
    }
    for addon in of(template, "AWS::EKS::Addon").values():
        for identity in addon.get("PodIdentityAssociations", []):
            given["kube-system", identity["ServiceAccount"]] = identity["RoleArn"]["Fn::GetAtt"][0]
    assert given == {pod: roles[names.cell_role(cell, purpose)][0] for purpose, pod in names.CONTROLLERS.items()}


def test_nodes_are_trusted_as_instances_and_pull_images_but_do_not_deal_addresses(roles, cell):
    for purpose in ("node", "system"):
        role = roles[names.cell_role(cell, purpose)]
        assert trusted(role)["Principal"] == {"Service": "ec2.amazonaws.com"}
        policies = {arn.rpartition("/")[2] for arn in role[1]["ManagedPolicyArns"]}
        assert "AmazonEC2ContainerRegistryPullOnly" in policies
        assert "AmazonEKS_CNI_Policy" not in policies


def test_karpenters_nodes_join_by_a_fixed_profile_and_an_entry_of_their_own(template, roles, cell):
    id, _ = roles[names.cell_role(cell, "node")]
    [profile] = of(template, "AWS::IAM::InstanceProfile").values()
    assert profile["InstanceProfileName"] == names.instance_profile(cell)
    assert profile["Roles"] == [{"Ref": id}]
    entries = {e["PrincipalArn"]["Fn::GetAtt"][0]: e["Type"] for e in of(template, "AWS::EKS::AccessEntry").values()}
    assert entries[id] == "EC2_LINUX"
    # EKS makes the entry of a managed group's role itself; a second one would be refused.
    assert roles[names.cell_role(cell, "system")][0] not in entries


def test_karpenter_has_six_policies(template, roles, cell):
    id, _ = roles[names.cell_role(cell, "karpenter")]
    policies = [p for p in of(template, "AWS::IAM::ManagedPolicy").values() if p["Roles"] == [{"Ref": id}]]
    assert len(policies) == 6
    assert all(len(json.dumps(p["PolicyDocument"], separators=(",", ":"))) < 6144 for p in policies)


def test_karpenter_starts_and_ends_only_what_carries_its_clusters_tag(template, roles, cell):
    cluster = names.cluster(cell)
    owned = f"kubernetes.io/cluster/{cluster}"
    writes = ("RunInstances", "CreateFleet", "CreateLaunchTemplate", "CreateTags", "TerminateInstances", "Delete")
    changing = [
        s
        for s in statements(template, roles[names.cell_role(cell, "karpenter")])
        if any(action.startswith("ec2:") and action[4:].startswith(writes) for action in listed(s["Action"]))
    ]
    assert len(changing) == 7
    for statement in changing:
        if statement["Sid"] == "StartFromImages":
            assert all("::image/" in r or "::snapshot/" in r for r in listed(statement["Resource"]))
            continue
        tags = statement["Condition"]["StringEquals"]
        bound = {tags.get(f"aws:RequestTag/{owned}"), tags.get(f"aws:ResourceTag/{owned}")} == {None, "owned"}
        assert bound or tags.get("aws:ResourceTag/karpenter.sh/discovery") == cluster, statement["Sid"]


def test_karpenter_hands_out_one_role_and_makes_no_profiles(template, roles, cell):
    about_iam = [
        (action, s["Resource"])
        for s in statements(template, roles[names.cell_role(cell, "karpenter")])
        for action in listed(s["Action"])
        if action.startswith("iam:")
    ]
    node = roles[names.cell_role(cell, "node")][0]
    profile = f"arn:aws:iam::{cell.region.account_id}:instance-profile/{names.instance_profile(cell)}"
    assert about_iam == [
        ("iam:PassRole", {"Fn::GetAtt": [node, "Arn"]}),
        ("iam:ListInstanceProfiles", "*"),
        ("iam:GetInstanceProfile", profile),
    ]


def test_five_rules_feed_the_interruption_queue_and_nothing_else_may(template, cell):
    [(id, queue)] = of(template, "AWS::SQS::Queue").items()
    assert queue["QueueName"] == names.interruption_queue(cell)
    assert queue["MessageRetentionPeriod"] == 300
    assert queue["SqsManagedSseEnabled"] is True
    rules = of(template, "AWS::Events::Rule")
    assert len(rules) == 5
    assert all(target["Arn"] == {"Fn::GetAtt": [id, "Arn"]} for r in rules.values() for target in r["Targets"])
    [policy] = of(template, "AWS::SQS::QueuePolicy").values()
    by_sid = {s["Sid"]: s for s in policy["PolicyDocument"]["Statement"]}
    speaking = by_sid["RulesSpeak"]["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert {arn["Fn::GetAtt"][0] for arn in speaking} == rules.keys()
    clear = by_sid["NobodyInClear"]
    assert (clear["Effect"], clear["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_five_kinds_of_warning_reach_karpenter(template):
    kinds = {r["EventPattern"]["detail-type"][0] for r in of(template, "AWS::Events::Rule").values()}
    assert kinds == {
        "AWS Health Event",
        "EC2 Spot Instance Interruption Warning",
        "EC2 Instance Rebalance Recommendation",
        "EC2 Instance State-change Notification",
        "EC2 Capacity Reservation Instance Interruption Warning",
    }


def test_the_load_balancer_controller_binds_the_cells_own_target_groups_only(template, roles, cell):
    [binds] = [
        s
        for s in statements(template, roles[names.cell_role(cell, "load-balancer")])
        if any("Describe" not in action for action in listed(s["Action"]))
    ]
    assert set(binds["Action"]) == {"elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"}
    groups = of(template, "AWS::ElasticLoadBalancingV2::TargetGroup")
    assert {arn["Ref"] for arn in binds["Resource"]} == groups.keys()


def test_secrets_are_read_below_the_cells_own_prefix(template, roles, cell):
    for statement in statements(template, roles[names.cell_role(cell, "external-secrets")]):
        for resource in listed(statement["Resource"]):
            if not isinstance(resource, str) or ":secretsmanager:" not in resource:
                continue
            path = resource.partition(":secret:")[2]
            own = path.startswith(names.secret(cell, ""))
            reader = path == f"{cell.fleet.name}/{cell.region.code}-*/mesh/reader-*"
            assert own or reader, resource


def test_a_cell_pushes_its_readers_token_and_cannot_write_its_own_authority(template, roles, cell):
    writes = {}
    for statement in statements(template, roles[names.cell_role(cell, "external-secrets")]):
        actions = {a for a in listed(statement["Action"]) if a.startswith("secretsmanager:")}
        for action in actions - {"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}:
            for resource in listed(statement["Resource"]):
                writes.setdefault(resource.partition(":secret:")[2], set()).add(action.partition(":")[2])
    # All that External Secrets calls for a push: it also takes away a policy that was never given.
    assert writes == {
        f"{names.mesh_reader(cell)}-*": {
            "CreateSecret",
            "DeleteResourcePolicy",
            "PutSecretValue",
            "TagResource",
            "UpdateSecret",
        }
    }


def test_a_volume_of_another_cell_is_out_of_reach(template, roles, cell):
    tag = f"kubernetes.io/cluster/{names.cluster(cell)}"
    for statement in statements(template, roles[names.cell_role(cell, "ebs-csi")]):
        if statement["Sid"] in ("SeeVolumes", "TagWhatItMakes"):
            continue
        assert any(key.endswith(tag) for key in statement["Condition"]["StringEquals"]), statement["Sid"]


def test_people_take_a_role_by_the_tag_their_directory_gives_them(template, roles, cell):
    for purpose in ("deployer", "operator", "break-glass"):
        statement = trusted(roles[names.cell_role(cell, purpose)])
        assert statement["Condition"] == {"StringEquals": {"aws:PrincipalTag/fleet:access": purpose}}


def test_nobody_administers_a_cluster_but_its_deployer_and_the_emergency_role(template, roles, cell):
    policies = {}
    for entry in of(template, "AWS::EKS::AccessEntry").values():
        for policy in entry.get("AccessPolicies", []):
            policies.setdefault(policy["PolicyArn"].rpartition("/")[2], set()).add(
                entry["PrincipalArn"]["Fn::GetAtt"][0]
            )
    admins = {roles[names.cell_role(cell, purpose)][0] for purpose in ("deployer", "break-glass")}
    assert policies["AmazonEKSClusterAdminPolicy"] == admins
    assert policies["AmazonEKSViewPolicy"] == {roles[names.cell_role(cell, "operator")][0]}


def test_the_emergency_role_does_not_work_in_silence(template, cell):
    [metric] = of(template, "AWS::Logs::MetricFilter").values()
    log_group = template["Resources"][metric["LogGroupName"]["Ref"]]["Properties"]["LogGroupName"]
    assert log_group == names.cluster_log_group(cell)
    [entry] = [e for e in of(template, "AWS::EKS::AccessEntry").values() if "break-glass" in e.get("Username", "")]
    prefix = entry["Username"].partition(":")[0]
    pattern = metric["FilterPattern"]
    assert counted_by(pattern, event(f"{prefix}:ann", "get", "pods"))
    assert not counted_by(pattern, event("operator:ann", "get", "pods"))
    [counted] = metric["MetricTransformations"]
    [alarm] = [
        a for a in of(template, "AWS::CloudWatch::Alarm").values() if a.get("MetricName") == counted["MetricName"]
    ]
    assert alarm["Namespace"] == counted["MetricNamespace"]
    assert alarm["AlarmActions"] == [names.alarm_topic_arn(cell.region)]


def event(user: str, verb: str, resource: str) -> dict:
    """A line of the audit log, as far as it is looked at."""
    return {"user": {"username": user}, "verb": verb, "objectRef": {"resource": resource}}


def counted_by(pattern: str, line: dict) -> bool:
    """Whether CloudWatch counts a line: comparisons with `*`, `&&`, `||` and brackets of its filter patterns."""

    def holds(found: re.Match[str]) -> str:
        value = line
        for part in found[1].split("."):
            value = value[part]
        return str(fnmatchcase(value, found[2]))

    text = re.sub(r'\$\.([\w.]+) = "([^"]*)"', holds, pattern.strip("{} "))
    text = text.replace("&&", "and").replace("||", "or")
    assert re.fullmatch(r"(True|False|and|or|[() ])+", text), text
    return bool(eval(text))


def test_deleting_what_is_guarded_is_as_loud_as_the_emergency_role(template, cell):
    [metric] = of(template, "AWS::Logs::MetricFilter").values()
    guarded = {
        resource
        for document in guard(cell)
        if document["kind"] == "ValidatingAdmissionPolicy"
        for rule in document["spec"]["matchConstraints"]["resourceRules"]
        if rule["operations"] == ["DELETE"]
        for resource in rule["resources"]
    }
    assert guarded > {"namespaces", "customresourcedefinitions", "nodepools"}
    for resource in guarded | {"validatingadmissionpolicies", "validatingadmissionpolicybindings"}:
        for verb in ("delete", "deletecollection"):
            assert counted_by(metric["FilterPattern"], event("deployer:x", verb, resource)), resource
        for verb in ("get", "update", "patch", "create"):
            assert not counted_by(metric["FilterPattern"], event("deployer:x", verb, resource)), resource
    for verb, resource in (("delete", "pods"), ("delete", "nodeclaims"), ("deletecollection", "configmaps")):
        assert not counted_by(metric["FilterPattern"], event("system:node", verb, resource))
