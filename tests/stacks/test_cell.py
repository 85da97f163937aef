"""A cell: what is fixed for ever, who runs on what, and that all cells are one."""

import json

import pytest

from fleet import addressing, capacity, names, phases, signals
from hypercell.guards.canonical import canonical


def of(template, kind):
    """Logical id to properties of the resources of a type."""
    return {id: r.get("Properties", {}) for id, r in template["Resources"].items() if r["Type"] == kind}


def only(template, kind):
    found = of(template, kind)
    assert len(found) == 1, f"{len(found)} of {kind}"
    return next(iter(found.values()))


def differences(one, other, path=""):
    """Paths at which two documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = one.keys() | other.keys()
        return {found for key in keys for found in differences(one.get(key), other.get(key), f"{path}/{key}")}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return {
            found
            for place, (a, b) in enumerate(zip(one, other, strict=True))
            for found in differences(a, b, f"{path}/{place}")
        }
    return set() if one == other else {path}


@pytest.fixture(scope="module")
def cells(fleet, synthesized):
    """Cell to its template."""
    templates = synthesized("cell")
    return {cell: templates[names.stack(fleet, cell.region.code, cell.key, "cell")] for cell in fleet.cells}


@pytest.fixture(scope="module")
def cell(fleet):
    return fleet.cell("use1-a")


@pytest.fixture(scope="module")
def template(cells, cell):
    return cells[cell]


def plan_of(fleet, cell):
    return next(p for p in phases.every_stack(fleet) if p.kind == "cell" and p.subject is cell)


def test_all_cells_of_a_release_are_one_text(fleet, cells):
    texts = {}
    for cell, template in cells.items():
        texts.setdefault(cell.release_name, set()).add(canonical(json.dumps(template), plan_of(fleet, cell)))
    assert {release: len(found) for release, found in texts.items()} == dict.fromkeys(texts, 1)


def test_a_cell_on_the_next_release_differs_in_versions_only(fleet, cells):
    old, new = fleet.cell("use1-a"), fleet.cell("use1-b")
    assert old.release != new.release
    documents = [json.loads(canonical(json.dumps(cells[cell]), plan_of(fleet, cell))) for cell in (old, new)]
    changed = differences(*documents)
    assert changed
    assert {path.rpartition("/")[2] for path in changed} <= {"ReleaseVersion", "AddonVersion", "Version"}


def test_what_can_never_be_changed_is_decided(cells):
    for cell, template in cells.items():
        cluster = only(template, "AWS::EKS::Cluster")
        assert cluster["Name"] == names.cluster(cell)
        assert cluster["BootstrapSelfManagedAddons"] is False
        assert cluster["AccessConfig"] == {
            "AuthenticationMode": "API",
            "BootstrapClusterCreatorAdminPermissions": False,
        }
        assert cluster["KubernetesNetworkConfig"]["ServiceIpv4Cidr"] == str(addressing.service_block(cell))
        [encrypted] = cluster["EncryptionConfig"]
        key = encrypted["Provider"]["KeyArn"]["Fn::GetAtt"][0]
        assert encrypted["Resources"] == ["secrets"]
        assert of(template, "AWS::KMS::Key")[key]["EnableKeyRotation"] is True


def test_the_api_server_is_private_and_tells_everything_it_does(template):
    cluster = only(template, "AWS::EKS::Cluster")
    network = cluster["ResourcesVpcConfig"]
    assert (network["EndpointPrivateAccess"], network["EndpointPublicAccess"]) == (True, False)
    logged = {kind["Type"] for kind in cluster["Logging"]["ClusterLogging"]["EnabledTypes"]}
    assert logged == {"api", "audit", "authenticator", "controllerManager", "scheduler"}


def test_the_control_planes_logs_have_a_group_a_key_and_an_end_before_eks_would_make_one(template, cell):
    groups = of(template, "AWS::Logs::LogGroup")
    [(id, group)] = [(id, g) for id, g in groups.items() if g["LogGroupName"] == names.cluster_log_group(cell)]
    assert group["RetentionInDays"] > 0
    assert "KmsKeyId" in group
    [cluster] = [r for r in template["Resources"].values() if r["Type"] == "AWS::EKS::Cluster"]
    assert id in cluster["DependsOn"]


def test_a_cluster_outlives_its_stack_and_never_pays_for_old_versions(template):
    [cluster] = [r for r in template["Resources"].values() if r["Type"] == "AWS::EKS::Cluster"]
    assert cluster["DeletionPolicy"] == "RetainExceptOnCreate"
    assert cluster["UpdateReplacePolicy"] == "Retain"
    properties = cluster["Properties"]
    assert properties["DeletionProtection"] is True
    assert properties["UpgradePolicy"] == {"SupportType": "STANDARD"}
    assert properties["ZonalShiftConfig"] == {"Enabled": True}
    assert properties["ControlPlaneScalingConfig"] == {"Tier": "standard"}


def test_the_end_of_a_meshed_cells_authority_wakes_its_operators_and_stops_no_roll_out(fleet_of, synthesized):
    for blueprint in ("day-one", "growth"):
        fleet = fleet_of(blueprint)
        templates = synthesized("cell", of=blueprint)
        for cell in fleet.cells:
            template = templates[names.stack(fleet, cell.region.code, cell.key, "cell")]
            alarms = {a["AlarmName"]: a for a in of(template, "AWS::CloudWatch::Alarm").values()}
            name = f"{fleet.name}-{cell.name}-authority"
            assert (name in alarms) == cell.region.meshed
            if cell.region.meshed:
                alarm = alarms[name]
                (query,) = alarm["Metrics"]
                assert query["MetricStat"]["Metric"] == {
                    "Namespace": names.cell_metrics(fleet),
                    "MetricName": signals.AUTHORITY,
                    "Dimensions": [{"Name": signals.CELL, "Value": cell.name}],
                }
                assert alarm["Threshold"] == 30 * 24 * 3600
                assert alarm["ComparisonOperator"] == "LessThanThreshold"
                # Nobody who says when it ends is as bad as an end that is near.
                assert alarm["TreatMissingData"] == "breaching"
                assert alarm["AlarmActions"] == [names.alarm_topic_arn(cell.region)]
                composite = only(template, "AWS::CloudWatch::CompositeAlarm")
                assert name not in composite["AlarmRule"]


def test_a_registry_token_that_is_not_renewed_is_heard_of_before_it_ends(cells):
    for cell, template in cells.items():
        alarms = {a["AlarmName"]: a for a in of(template, "AWS::CloudWatch::Alarm").values()}
        alarm = alarms[names.cell_signal(cell, "registry-token")]
        (query,) = alarm["Metrics"]
        assert query["MetricStat"]["Metric"]["MetricName"] == signals.TOKEN
        seconds = query["MetricStat"]["Period"] * alarm["EvaluationPeriods"]
        # Renewed at an age of 4 hours; it lives 12. There must be time left to do something about it.
        assert seconds + 4 * 3600 <= 6 * 3600
        # Nobody who says so is as bad: External Secrets is gone, or the agents that ask it.
        assert alarm["TreatMissingData"] == "breaching"
        assert alarm["AlarmActions"] == [names.alarm_topic_arn(cell.region)]


def test_addons_are_those_of_the_release_exactly(cells):
    for cell, template in cells.items():
        found = {a["AddonName"]: a["AddonVersion"] for a in of(template, "AWS::EKS::Addon").values()}
        assert found == cell.release.addons


def test_nodes_wait_for_their_network_and_the_other_addons_wait_for_nodes(template):
    addons = {r["Properties"]["AddonName"]: (id, r) for id, r in template["Resources"].items() if "Addon" in r["Type"]}
    before = {"vpc-cni", "kube-proxy", "eks-pod-identity-agent"}
    [(nodes, group)] = [(id, r) for id, r in template["Resources"].items() if r["Type"] == "AWS::EKS::Nodegroup"]
    assert set(group["DependsOn"]) == {addons[name][0] for name in before}
    for name, (_, addon) in addons.items():
        assert (addon.get("DependsOn") == [nodes]) is (name not in before), name


def test_pods_take_addresses_in_prefixes_and_keep_them_up_to_the_nat(template):
    [cni] = [a for a in of(template, "AWS::EKS::Addon").values() if a["AddonName"] == "vpc-cni"]
    values = json.loads(cni["ConfigurationValues"])
    assert values["enableNetworkPolicy"] == "true"
    assert values["env"]["ENABLE_PREFIX_DELEGATION"] == "true"
    assert values["env"]["AWS_VPC_K8S_CNI_EXTERNALSNAT"] == "true"


def test_system_nodes_are_few_on_demand_and_closed_to_services(template, cell):
    group = only(template, "AWS::EKS::Nodegroup")
    assert group["CapacityType"] == "ON_DEMAND"
    assert group["AmiType"] == "AL2023_ARM_64_STANDARD"
    assert group["ReleaseVersion"] == cell.release.image_release
    assert group["ScalingConfig"]["MinSize"] == capacity.SYSTEM_NODES
    assert group["Taints"] == [{"Key": "CriticalAddonsOnly", "Value": "true", "Effect": "NO_SCHEDULE"}]
    assert len(group["Subnets"]) == len(cell.region.zones)
    assert group["NodeRepairConfig"]["Enabled"] is True


def test_nodes_keep_their_metadata_from_pods_and_their_disks_encrypted(template):
    launch = only(template, "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert launch["MetadataOptions"]["HttpTokens"] == "required"
    assert launch["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
    assert all(device["Ebs"]["Encrypted"] for device in launch["BlockDeviceMappings"])


def test_other_cells_find_the_api_server_by_a_computed_path(template, cell):
    [parameter] = of(template, "AWS::SSM::Parameter").values()
    assert parameter["Name"] == names.apiserver_parameter(cell)
    filled = "".join(
        part if isinstance(part, str) else part["Fn::GetAtt"][1] for part in parameter["Value"]["Fn::Join"][1]
    )
    assert json.loads(filled) == {"endpoint": "Endpoint", "ca": "CertificateAuthorityData"}


def test_a_cell_publishes_what_aws_mints(cells):
    for template in cells.values():
        assert {names.CLUSTER_ENDPOINT, names.INGRESS_DNS, names.INGRESS_ZONE} <= template["Outputs"].keys()


def test_a_cell_is_unwell_when_any_of_its_signals_says_so(template, cell):
    composite = only(template, "AWS::CloudWatch::CompositeAlarm")
    assert composite["AlarmName"] == names.cell_alarm(cell)
    alarms = {a["AlarmName"] for a in of(template, "AWS::CloudWatch::Alarm").values()}
    named = {part.removeprefix('ALARM("').removesuffix('")') for part in composite["AlarmRule"].split(" OR ")}
    # Somebody in the cell by the emergency role is a reason to ask, and an authority that ends in a month one to act:
    # neither is a fault of the cell, and viewers notice nothing of syncs that stop.
    assert named == alarms - {names.cell_signal(cell, one) for one in ("break-glass", "authority", "registry-token")}
    assert composite["AlarmActions"] == [names.alarm_topic_arn(cell.region)]


def test_a_gateway_that_is_missing_in_one_zone_is_noticed_by_its_silence(template, cell):
    alarms = {a["AlarmName"]: a for a in of(template, "AWS::CloudWatch::Alarm").values()}
    for zone in cell.region.zones:
        for door in ("web", "mesh"):
            alarm = alarms[names.cell_signal(cell, f"{door}-in-{zone}")]
            assert alarm["MetricName"] == "HealthyHostCount"
            assert alarm["TreatMissingData"] == "breaching"
            assert alarm["ComparisonOperator"] == "LessThanThreshold"
