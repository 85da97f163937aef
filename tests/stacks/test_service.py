"""A service in a region: what it keeps, and that its role reaches this and nothing else."""

import json

import pytest

from fleet import addressing, backup, names

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]
STATEFUL = {
    "AWS::DynamoDB::GlobalTable": {"Retain", "RetainExceptOnCreate"},
    "AWS::ElastiCache::ReplicationGroup": {"Snapshot"},
    "AWS::SQS::Queue": {"Retain", "RetainExceptOnCreate"},
    "AWS::SecretsManager::Secret": {"Retain", "RetainExceptOnCreate"},
    "AWS::Logs::LogGroup": {"Retain", "RetainExceptOnCreate"},
}


def of(template, kind):
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def listed(value):
    return value if isinstance(value, list) else [value]


def role(template):
    [one] = of(template, "AWS::IAM::Role")
    return one


def statements(template):
    return [s for policy in role(template).get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]


def resources(template, prefix):
    """ARNs in the role's policy whose actions begin with the prefix."""
    return {
        arn if isinstance(arn, str) else json.dumps(arn)
        for s in statements(template)
        if any(action.startswith(prefix) for action in listed(s["Action"]))
        for arn in listed(s["Resource"])
    }


@pytest.fixture(params=BLUEPRINTS)
def standing(request, fleet_of, synthesized):
    """Region, service and its template, of one blueprint."""
    fleet, stacks = fleet_of(request.param), synthesized("service", of=request.param)
    return [
        (region, fleet.services[name], stacks[names.stack(fleet, region.code, "service", name)])
        for region in fleet.regions.values()
        for name in region.services
    ]


def test_every_service_has_a_role_of_its_own_even_when_it_keeps_nothing(standing):
    for region, service, template in standing:
        assert role(template)["RoleName"] == names.service_role(service, region)


def test_only_pods_of_the_service_in_the_cells_that_host_it_take_its_role(standing):
    for region, service, template in standing:
        [statement] = role(template)["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "pods.eks.amazonaws.com"}
        said = statement["Condition"]["StringEquals"]
        assert said["aws:SourceAccount"] == region.account_id
        assert said["aws:RequestTag/kubernetes-namespace"] == service.name
        assert said["aws:RequestTag/kubernetes-service-account"] == service.name
        assert {arn.rpartition("/")[2] for arn in said["aws:RequestTag/eks-cluster-arn"]} == {
            names.cluster(cell) for cell in service.cells_in(region)
        }


def test_no_role_reaches_everything_of_anything(standing):
    for _region, _service, template in standing:
        for statement in statements(template):
            assert "*" not in statement["Resource"]
            assert not [action for action in listed(statement["Action"]) if "*" in action]


def test_service_roles_reach_only_their_own_queues(standing):
    for region, service, template in standing:
        own = {
            f"arn:aws:sqs:{region.name}:{region.account_id}:{names.queue(service, key, fifo=queue.fifo, dead=dead)}"
            for key, queue in service.queues.items()
            for dead in (False, True)
        }
        assert resources(template, "sqs:") == own


def test_service_roles_put_nothing_into_dead_letter_queues(standing):
    for _region, _service, template in standing:
        for statement in statements(template):
            if "sqs:SendMessage" in statement["Action"]:
                assert not [arn for arn in listed(statement["Resource"]) if "-dead" in arn]


def test_service_roles_reach_only_their_own_tables_and_topics(standing):
    for region, service, template in standing:
        where = f"{region.name}:{region.account_id}"
        tables = {f"arn:aws:dynamodb:{where}:table/{names.table(service, key)}" for key in service.tables}
        topics = {f"arn:aws:sns:{where}:{names.topic(service, key)}" for key in service.topics}
        assert resources(template, "dynamodb:") == tables
        assert resources(template, "sns:") == topics


def test_service_roles_read_only_their_own_secrets(standing):
    for _region, service, template in standing:
        own = {
            json.dumps({"Ref": id})
            for id, r in template["Resources"].items()
            if r["Type"] == "AWS::SecretsManager::Secret"
        }
        assert len(own) == len(service.secrets)
        assert resources(template, "secretsmanager:") == own


def test_service_roles_write_only_to_the_streams_they_declare(standing):
    for region, service, template in standing:
        tiers = {key: region.fleet.streams[key].tier for key in service.emits}
        where = f"{region.name}:{region.account_id}"
        assert resources(template, "kinesis:") == {
            f"arn:aws:kinesis:{where}:stream/{names.stream(region.fleet, key)}"
            for key, tier in tiers.items()
            if tier != "bronze"
        }
        assert resources(template, "firehose:") == {
            f"arn:aws:firehose:{where}:deliverystream/{names.stream(region.fleet, key)}"
            for key, tier in tiers.items()
            if tier == "bronze"
        }


def test_service_roles_connect_to_their_own_caches_as_their_own_user(standing):
    for region, service, template in standing:
        where = f"arn:aws:elasticache:{region.name}:{region.account_id}"
        groups = {f"{where}:replicationgroup:{names.cache(service, key)}" for key in service.caches}
        user = {f"{where}:user:{names.cache_user(service)}"} if service.caches else set()
        assert resources(template, "elasticache:") == groups | user


def test_keys_are_used_through_the_services_that_hold_the_data(standing):
    for _region, _service, template in standing:
        for statement in statements(template):
            if any(action.startswith("kms:") for action in listed(statement["Action"])):
                assert statement["Condition"]["StringEquals"]["kms:ViaService"]


def test_every_stateful_resource_is_retained_and_protected(standing):
    for _region, _service, template in standing:
        for id, resource in template["Resources"].items():
            allowed = STATEFUL.get(resource["Type"])
            if allowed:
                assert resource["DeletionPolicy"] in allowed, id
                assert resource["UpdateReplacePolicy"] in allowed | {"Retain"}, id
        for table in of(template, "AWS::DynamoDB::GlobalTable"):
            for replica in table["Replicas"]:
                assert replica["DeletionProtectionEnabled"] is True
                assert replica["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True


def test_everything_that_holds_data_is_encrypted_with_the_region_s_key(standing):
    where = {
        "AWS::SQS::Queue": lambda p: [p["KmsMasterKeyId"]],
        "AWS::SNS::Topic": lambda p: [p["KmsMasterKeyId"]],
        "AWS::SecretsManager::Secret": lambda p: [p["KmsKeyId"]],
        "AWS::ElastiCache::ReplicationGroup": lambda p: [p["KmsKeyId"]],
        "AWS::DynamoDB::GlobalTable": lambda p: [r["SSESpecification"]["KMSMasterKeyId"] for r in p["Replicas"]],
    }
    for region, _service, template in standing:
        for kind, keys in where.items():
            for properties in of(template, kind):
                for key in keys(properties):
                    read = key["Fn::GetStackOutput"]
                    assert read["StackName"] == names.stack(region.fleet, region.code, "keys")
                    assert read["OutputName"] == names.key_output("data")


def test_tables_carry_the_keys_and_the_expiry_their_team_declared(standing):
    for region, service, template in standing:
        found = {table["TableName"]: table for table in of(template, "AWS::DynamoDB::GlobalTable")}
        assert set(found) == {names.table(service, key) for key in service.tables}
        for key, declared in service.tables.items():
            table = found[names.table(service, key)]
            schema = {part["KeyType"]: part["AttributeName"] for part in table["KeySchema"]}
            assert schema == {"HASH": declared.key} | ({"RANGE": declared.sort} if declared.sort else {})
            expiry = table.get("TimeToLiveSpecification")
            assert expiry == ({"AttributeName": declared.expires, "Enabled": True} if declared.expires else None)
            # Replicas in the same account would stand in the way of those in other accounts.
            [replica] = table["Replicas"]
            assert replica["Region"] == region.name
            assert {"Key": backup.TAG, "Value": backup.SERVICES} in replica["Tags"]


def test_what_cannot_be_worked_off_waits_in_a_queue_that_only_this_one_feeds(standing):
    for region, service, template in standing:
        queues = {queue["QueueName"]: queue for queue in of(template, "AWS::SQS::Queue")}
        for key, declared in service.queues.items():
            live = queues[names.queue(service, key, fifo=declared.fifo)]
            name = names.queue(service, key, fifo=declared.fifo, dead=True)
            assert live["VisibilityTimeout"] == declared.visibility
            assert live["RedrivePolicy"]["maxReceiveCount"] == declared.attempts
            [dead_id] = [i for i, r in template["Resources"].items() if r["Properties"].get("QueueName") == name]
            assert live["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [dead_id, "Arn"]}
            fed_by = queues[name]["RedriveAllowPolicy"]
            arn = f"arn:aws:sqs:{region.name}:{region.account_id}:{live['QueueName']}"
            assert fed_by == {"redrivePermission": "byQueue", "sourceQueueArns": [arn]}


def test_topics_reach_their_queues_and_queues_admit_no_other_topic(standing):
    for region, service, template in standing:
        policies = {
            json.dumps(policy["Queues"]): policy["PolicyDocument"]["Statement"]
            for policy in of(template, "AWS::SQS::QueuePolicy")
        }
        ids = {r["Properties"].get("QueueName"): i for i, r in template["Resources"].items()}
        for key, declared in service.queues.items():
            ref = {"Ref": ids[names.queue(service, key, fifo=declared.fifo)]}
            admitted = [s for s in policies[json.dumps([ref])] if s["Effect"] == "Allow"]
            senders = {s["Condition"]["ArnEquals"]["aws:SourceArn"]["Ref"] for s in admitted}
            feeding = {
                i
                for i, r in template["Resources"].items()
                for topic, t in service.topics.items()
                if r["Properties"].get("TopicName") == names.topic(service, topic) and key in t.queues
            }
            assert senders == feeding
            for statement in admitted:
                assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == region.account_id
        subscribed = of(template, "AWS::SNS::Subscription")
        assert len(subscribed) == sum(len(topic.queues) for topic in service.topics.values())


def test_queues_and_topics_refuse_whoever_speaks_in_clear_text(standing):
    for _region, _service, template in standing:
        refused = [
            policy
            for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
            for policy in of(template, kind)
            if any(
                s["Effect"] == "Deny" and s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
                for s in policy["PolicyDocument"]["Statement"]
            )
        ]
        assert len(refused) == len(of(template, "AWS::SQS::Queue")) + len(of(template, "AWS::SNS::Topic"))


def test_secrets_are_born_without_a_value(standing):
    for _region, _service, template in standing:
        for secret in of(template, "AWS::SecretsManager::Secret"):
            assert not {"SecretString", "GenerateSecretString"} & secret.keys()


def test_caches_live_in_several_zones_and_survive_the_loss_of_one(standing):
    for region, service, template in standing:
        groups = {group["ReplicationGroupId"]: group for group in of(template, "AWS::ElastiCache::ReplicationGroup")}
        assert set(groups) == {names.cache(service, key) for key in service.caches}
        for key, declared in service.caches.items():
            group = groups[names.cache(service, key)]
            assert group["NumNodeGroups"] == declared.shards
            assert group["ReplicasPerNodeGroup"] == declared.replicas >= 1
            assert group["MultiAZEnabled"] is group["AutomaticFailoverEnabled"] is True
            assert group["ClusterMode"] == "enabled"
        for subnets in of(template, "AWS::ElastiCache::SubnetGroup"):
            assert [s["Fn::GetStackOutput"]["OutputName"] for s in subnets["SubnetIds"]] == [
                names.data_subnet_output(zone) for zone in region.zones
            ]


def test_caches_admit_one_named_user_over_tls_and_nobody_unnamed(standing):
    for _region, service, template in standing:
        users = of(template, "AWS::ElastiCache::User")
        assert [user["UserName"] for user in users] == ([names.cache_user(service)] if service.caches else [])
        for user in users:
            assert user["AuthenticationMode"] == {"Type": "iam"}
            assert user["UserId"] == user["UserName"]
            assert "-@dangerous" in user["AccessString"].split()
        for group in of(template, "AWS::ElastiCache::ReplicationGroup"):
            assert group["UserGroupIds"]
            assert (group["TransitEncryptionEnabled"], group["TransitEncryptionMode"]) == (True, "required")
            assert group["AtRestEncryptionEnabled"] is True
            assert group["SnapshotRetentionLimit"] >= 15


def test_caches_listen_to_their_region_s_network_on_their_own_port(standing):
    for region, _service, template in standing:
        for group in of(template, "AWS::ElastiCache::ReplicationGroup"):
            [security] = of(template, "AWS::EC2::SecurityGroup")
            [rule] = security["SecurityGroupIngress"]
            assert (rule["FromPort"], rule["ToPort"]) == (group["Port"], group["Port"])
            assert rule["CidrIp"] == str(addressing.region_block(region))


def test_every_node_of_a_cache_is_watched(standing):
    for _region, service, template in standing:
        for key, declared in service.caches.items():
            name = names.cache(service, key)
            nodes = {
                f"{name}-{shard:04d}-{node:03d}"
                for shard in range(1, declared.shards + 1)
                for node in range(1, declared.replicas + 2)
            }
            for metric in ("EngineCPUUtilization", "DatabaseMemoryUsageCountedForEvictPercentage", "Evictions"):
                watched = [
                    dimension["Value"]
                    for alarm in of(template, "AWS::CloudWatch::Alarm")
                    for query in alarm["Metrics"]
                    if query.get("MetricStat", {}).get("Metric", {}).get("MetricName") == metric
                    for dimension in query["MetricStat"]["Metric"]["Dimensions"]
                    if dimension["Name"] == "CacheClusterId" and dimension["Value"].startswith(name)
                ]
                assert sorted(watched) == sorted(nodes)


def test_alarms_go_to_the_team_and_watch_no_more_than_cloudwatch_takes(standing):
    for region, service, template in standing:
        for alarm in of(template, "AWS::CloudWatch::Alarm"):
            assert alarm["AlarmActions"] == [names.team_topic_arn(region, service.team)]
            assert len([q for q in alarm["Metrics"] if "MetricStat" in q]) <= 10


def test_names_fit_where_aws_has_a_limit(standing):
    for _region, service, template in standing:
        assert len(names.cache_user(service)) <= 64
        for alarm in of(template, "AWS::CloudWatch::Alarm"):
            assert len(alarm["AlarmName"]) <= 255
