"""Keys of a region."""


def test_every_key_rotates_and_outlives_its_stack(synthesized):
    for template in synthesized("keys").values():
        keys = [r for r in template["Resources"].values() if r["Type"] == "AWS::KMS::Key"]
        assert len(keys) == 5
        for key in keys:
            assert key["Properties"]["EnableKeyRotation"] is True
            assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"
