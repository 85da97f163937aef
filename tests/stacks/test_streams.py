"""Streams in their tiers, and the lake they end in."""

import math

import pytest

from fleet import names, phases

BLUEPRINTS = ["growth", "hypergrowth"]


def of(template, kind):
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def statements(template):
    return [
        s for role in of(template, "AWS::IAM::Role") for p in role["Policies"] for s in p["PolicyDocument"]["Statement"]
    ]


@pytest.fixture(params=BLUEPRINTS)
def flowing(request, fleet_of, synthesized):
    """Region and its streams' template."""
    fleet, stacks = fleet_of(request.param), synthesized("streams", of=request.param)
    return [(region, stacks[names.stack(fleet, region.code, "streams")]) for region in fleet.regions.values()]


def tier(region, wanted):
    return {names.stream(region.fleet, s.name): s for s in region.fleet.streams.values() if s.tier == wanted}


def test_gold_streams_carry_their_declared_peak(flowing):
    for region, template in flowing:
        found = {stream["Name"]: stream for stream in of(template, "AWS::Kinesis::Stream")}
        for name, declared in tier(region, "gold").items():
            stream = found[name]
            assert stream["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
            # A shard takes 1,000 records and 1 MiB a second.
            assert stream["ShardCount"] * 1000 >= declared.peak * 1.2
            assert stream["ShardCount"] * 2**20 >= declared.peak * declared.record * 1.2
            assert stream["ShardCount"] <= 2 * math.ceil(
                max(declared.peak / 1000, declared.peak * declared.record / 2**20)
            )


def test_silver_streams_follow_their_load_and_bronze_has_no_stream(flowing):
    for region, template in flowing:
        found = {stream["Name"]: stream for stream in of(template, "AWS::Kinesis::Stream")}
        assert set(found) == set(tier(region, "gold")) | set(tier(region, "silver"))
        for name in tier(region, "silver"):
            assert found[name]["StreamModeDetails"] == {"StreamMode": "ON_DEMAND"}
            assert "ShardCount" not in found[name]


def test_gold_streams_have_a_reader_with_throughput_of_its_own(flowing):
    for region, template in flowing:
        consumers = of(template, "AWS::Kinesis::StreamConsumer")
        assert len(consumers) == len(tier(region, "gold"))
        # Tags are createOnly there: one that changes would replace the reader.
        assert not [consumer for consumer in consumers if "Tags" in consumer]


def test_records_stay_readable_as_long_as_declared(flowing):
    for region, template in flowing:
        found = {stream["Name"]: stream for stream in of(template, "AWS::Kinesis::Stream")}
        for name, declared in {**tier(region, "gold"), **tier(region, "silver")}.items():
            hours = found[name]["RetentionPeriodHours"]
            assert hours * 3600 >= declared.retention
            assert 24 <= hours <= 8760


def test_every_stream_ends_in_the_lake_under_its_own_name_by_hour(flowing):
    for region, template in flowing:
        deliveries = {d["DeliveryStreamName"]: d for d in of(template, "AWS::KinesisFirehose::DeliveryStream")}
        assert set(deliveries) == {names.stream(region.fleet, key) for key in region.fleet.streams}
        [lake] = [
            id
            for id, r in template["Resources"].items()
            if r["Type"] == "AWS::S3::Bucket" and r["Properties"]["BucketNamePrefix"].endswith("-lake")
        ]
        for key, stream in region.fleet.streams.items():
            delivery = deliveries[names.stream(region.fleet, key)]
            into = delivery["ExtendedS3DestinationConfiguration"]
            assert into["BucketARN"] == {"Fn::GetAtt": [lake, "Arn"]}
            assert into["Prefix"].startswith(f"records/{key}/year=!{{timestamp:yyyy}}/month=!{{timestamp:MM}}/day=")
            assert into["ErrorOutputPrefix"].startswith(f"errors/{key}/")
            assert into["CompressionFormat"] == "GZIP"
            assert into["CloudWatchLoggingOptions"]["Enabled"] is True
            direct = stream.tier == "bronze"
            assert delivery["DeliveryStreamType"] == ("DirectPut" if direct else "KinesisStreamAsSource")
            assert ("KinesisStreamSourceConfiguration" in delivery) is not direct


def test_everything_on_its_way_is_encrypted_with_the_lake_s_key(flowing):
    for region, template in flowing:
        keys = [s["StreamEncryption"]["KeyId"] for s in of(template, "AWS::Kinesis::Stream")]
        for delivery in of(template, "AWS::KinesisFirehose::DeliveryStream"):
            into = delivery["ExtendedS3DestinationConfiguration"]["EncryptionConfiguration"]
            keys.append(into["KMSEncryptionConfig"]["AWSKMSKeyARN"])
            if delivery["DeliveryStreamType"] == "DirectPut":
                keys.append(delivery["DeliveryStreamEncryptionConfigurationInput"]["KeyARN"])
        for key in keys:
            assert key["Fn::GetStackOutput"]["StackName"] == names.stack(region.fleet, region.code, "keys")
            assert key["Fn::GetStackOutput"]["OutputName"] == names.key_output("lake")


def test_what_nobody_reads_gets_cheaper_by_itself_from_the_first_day(flowing):
    for _region, template in flowing:
        [lake] = [b for b in of(template, "AWS::S3::Bucket") if b["BucketNamePrefix"].endswith("-lake")]
        transitions = [t for rule in lake["LifecycleConfiguration"]["Rules"] for t in rule.get("Transitions", [])]
        assert transitions == [{"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}]
        [sink] = lake["IntelligentTieringConfigurations"]
        for tiering in sink["Tierings"]:
            least = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}[tiering["AccessTier"]]
            assert least <= tiering["Days"] <= 730


def test_the_lake_expires_nothing_that_is_current(flowing):
    for _region, template in flowing:
        [lake] = [b for b in of(template, "AWS::S3::Bucket") if b["BucketNamePrefix"].endswith("-lake")]
        for rule in lake["LifecycleConfiguration"]["Rules"]:
            assert not {"ExpirationInDays", "ExpirationDate"} & rule.keys()


def test_buckets_are_closed_versioned_and_answer_over_tls_only(flowing):
    for _region, template in flowing:
        buckets = {id: r["Properties"] for id, r in template["Resources"].items() if r["Type"] == "AWS::S3::Bucket"}
        refusing = {
            policy["Bucket"]["Ref"]
            for policy in of(template, "AWS::S3::BucketPolicy")
            if any(s["Effect"] == "Deny" for s in policy["PolicyDocument"]["Statement"])
        }
        assert refusing == set(buckets)
        for bucket in buckets.values():
            assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
            assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}


def test_bucket_names_are_nobody_else_s_to_take(flowing):
    for region, template in flowing:
        for bucket in of(template, "AWS::S3::Bucket"):
            assert bucket["BucketNamespace"] == "account-regional"
            purpose = bucket["BucketNamePrefix"].removeprefix(f"{region.fleet.name}-")
            assert len(names.bucket(region.fleet, purpose, region.account_id, region.name)) <= 63


def test_reads_of_the_lake_are_logged_beside_it(flowing):
    for _region, template in flowing:
        [logged] = [b for b in of(template, "AWS::S3::Bucket") if "LoggingConfiguration" in b]
        logs = template["Resources"][logged["LoggingConfiguration"]["DestinationBucketName"]["Ref"]]["Properties"]
        assert logs["BucketNamePrefix"].endswith("-lake-logs")
        # S3 delivers access logs to buckets with its own encryption only.
        [rule] = logs["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_deliveries_write_below_their_prefixes_and_read_the_fleet_s_own_streams(flowing):
    for _region, template in flowing:
        streams = {id for id, r in template["Resources"].items() if r["Type"] == "AWS::Kinesis::Stream"}
        for statement in statements(template):
            listed = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
            assert "*" not in listed
            if statement["Sid"] == "ReadStreams":
                assert {arn["Fn::GetAtt"][0] for arn in listed} == streams
            if statement["Sid"] == "WriteLake":
                assert [arn["Fn::Join"][1][-1] for arn in listed] == ["/records/*", "/errors/*"]


def test_streams_deliveries_and_lake_outlive_their_stack(flowing):
    held = ("AWS::Kinesis::Stream", "AWS::S3::Bucket")
    for _region, template in flowing:
        for resource in template["Resources"].values():
            direct = resource["Properties"].get("DeliveryStreamType") == "DirectPut"
            if resource["Type"] in held or direct:
                assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
                assert resource["UpdateReplacePolicy"] == "Retain"


def test_writers_turned_away_and_late_deliveries_wake_the_region_s_people(flowing):
    for region, template in flowing:
        alarms = of(template, "AWS::CloudWatch::Alarm")
        assert {alarm["AlarmActions"][0] for alarm in alarms} == {names.alarm_topic_arn(region)}
        watched = {
            (metric["MetricName"], dimension["Value"])
            for alarm in alarms
            for query in alarm["Metrics"]
            if "MetricStat" in query
            for metric in [query["MetricStat"]["Metric"]]
            for dimension in metric["Dimensions"]
        }
        for key, stream in region.fleet.streams.items():
            name = names.stream(region.fleet, key)
            throttled = "ThrottledRecords" if stream.tier == "bronze" else "WriteProvisionedThroughputExceeded"
            assert (throttled, name) in watched
            assert ("DeliveryToS3.DataFreshness", name) in watched
            if stream.tier != "bronze":
                assert ("GetRecords.IteratorAgeMilliseconds", name) in watched


def test_a_fleet_without_streams_has_no_stack_for_them(fleet_of):
    assert not [plan for plan in phases.every_stack(fleet_of("day-one")) if plan.kind == "streams"]
