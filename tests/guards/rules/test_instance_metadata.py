"""Instances answer IMDSv2 only and encrypt their disks."""

from hypercell.guards.rules.instance_metadata import RULE

SOUND = {
    "MetadataOptions": {"HttpTokens": "required"},
    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True}}],
}


def launch(**data):
    return {"Launch": {"Type": "AWS::EC2::LaunchTemplate", "Properties": {"LaunchTemplateData": data}}}


def test_a_sound_launch_template_passes(broken):
    assert broken(RULE, launch(**SOUND)) == []


def test_optional_tokens_are_refused(broken):
    found = broken(RULE, launch(**SOUND | {"MetadataOptions": {"HttpTokens": "optional"}}))
    assert found == [("Launch", "answers IMDSv1")]


def test_a_disk_in_the_clear_is_refused_also_when_it_is_the_images_own(broken):
    clear = [*SOUND["BlockDeviceMappings"], {"DeviceName": "/dev/xvdb", "Ebs": {}}]
    said = [("Launch", "has a disk that is not encrypted")]
    assert broken(RULE, launch(**SOUND | {"BlockDeviceMappings": clear})) == said
    assert broken(RULE, launch(MetadataOptions=SOUND["MetadataOptions"])) == said


def test_an_instance_that_nothing_replaces_is_refused(broken):
    assert broken(RULE, {"Host": {"Type": "AWS::EC2::Instance"}}) == [
        ("Host", "is an instance of its own, which nothing replaces when it fails")
    ]
