"""A cell on EKS Auto Mode: the same doors, other hands on the nodes."""

import pytest

from fleet import names


def of(template, kind):
    return {id: r.get("Properties", {}) for id, r in template["Resources"].items() if r["Type"] == kind}


@pytest.fixture(scope="module")
def cell(fleet_of):
    [cell] = fleet_of("day-one").cells
    return cell


@pytest.fixture(scope="module")
def template(synthesized):
    [template] = synthesized("cell", of="day-one").values()
    return template


@pytest.fixture(scope="module")
def roles(template):
    return {r["RoleName"]: (id, r) for id, r in of(template, "AWS::IAM::Role").items()}


def test_the_three_switches_of_auto_mode_are_on_together_or_off_together(synthesized):
    for blueprint in ("day-one", "growth", "hypergrowth"):
        for name, template in synthesized("cell", of=blueprint).items():
            [cluster] = of(template, "AWS::EKS::Cluster").values()
            switches = {
                cluster["ComputeConfig"]["Enabled"],
                cluster["StorageConfig"]["BlockStorage"]["Enabled"],
                cluster["KubernetesNetworkConfig"]["ElasticLoadBalancing"]["Enabled"],
            }
            assert len(switches) == 1, name
            assert switches == {not of(template, "AWS::EKS::Nodegroup")}, name


def test_aws_runs_the_nodes_so_there_is_no_karpenter_no_group_and_no_addon(template, roles, cell):
    kinds = {r["Type"] for r in template["Resources"].values()}
    assert not kinds & {"AWS::EKS::Nodegroup", "AWS::EKS::Addon", "AWS::SQS::Queue", "AWS::Events::Rule"}
    for purpose in ("karpenter", "load-balancer", "vpc-cni", "ebs-csi"):
        assert names.cell_role(cell, purpose) not in roles


def test_only_a_pool_with_bounds_takes_services(template):
    [cluster] = of(template, "AWS::EKS::Cluster").values()
    assert cluster["ComputeConfig"]["NodePools"] == ["system"]


def test_the_node_classs_role_has_an_entry_and_the_built_in_pools_role_gets_eks_own(template, roles, cell):
    built_in = roles[names.cell_role(cell, "system")][0]
    own = roles[names.cell_role(cell, "node")][0]
    [cluster] = of(template, "AWS::EKS::Cluster").values()
    assert cluster["ComputeConfig"]["NodeRoleArn"] == {"Fn::GetAtt": [built_in, "Arn"]}
    entries = {e["PrincipalArn"]["Fn::GetAtt"][0]: e for e in of(template, "AWS::EKS::AccessEntry").values()}
    assert built_in not in entries
    assert entries[own]["Type"] == "EC2"
    [policy] = entries[own]["AccessPolicies"]
    assert policy["PolicyArn"].endswith("/AmazonEKSAutoNodePolicy")


def test_nodes_start_in_subnets_that_hold_them(template, cell):
    [cluster] = of(template, "AWS::EKS::Cluster").values()
    subnets = of(template, "AWS::EC2::Subnet")
    assert {s["Ref"] for s in cluster["ResourcesVpcConfig"]["SubnetIds"]} == subnets.keys()
    assert len(subnets) == len(cell.region.zones)


def test_target_groups_say_whose_they_are(template, cell):
    for group in of(template, "AWS::ElasticLoadBalancingV2::TargetGroup").values():
        assert group["Tags"] == [{"Key": "eks:eks-cluster-name", "Value": names.cluster(cell)}]


def test_nodes_of_both_pools_reach_each_other(template):
    [(nodes, _)] = [(i, g) for i, g in of(template, "AWS::EC2::SecurityGroup").items() if "GroupsNodes" in i]
    pairs = {
        (rule["GroupId"]["Fn::GetAtt"][1], rule["SourceSecurityGroupId"]["Fn::GetAtt"][1])
        for rule in of(template, "AWS::EC2::SecurityGroupIngress").values()
    }
    assert {("GroupId", "ClusterSecurityGroupId"), ("ClusterSecurityGroupId", "GroupId")} <= pairs
    assert nodes


def test_the_mesh_takes_in_a_cell_whoever_runs_its_nodes(fleet_of, synthesized):
    fleet = fleet_of("growth")
    cell = fleet.cell("use1-z")
    template = synthesized("cell", of="growth")[names.stack(fleet, "use1", "z", "cell")]
    assert cell.capacity == "auto-mode"
    groups = {g["Name"] for g in of(template, "AWS::ElasticLoadBalancingV2::TargetGroup").values()}
    assert names.target_group(cell, "mesh") in groups
