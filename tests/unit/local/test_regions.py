import pytest

from local.regions import UnknownRegionError, is_region, partition_of, same_partition


@pytest.mark.parametrize("name", ["eu-nowhere-9", "aws-global", "us-east", "", "US-EAST-1"])
def test_what_is_no_region(name: str) -> None:
    assert not is_region(name)
    with pytest.raises(UnknownRegionError, match=f"no region '{name}'"):
        partition_of(name)


def test_partitions() -> None:
    assert [partition_of(name) for name in ("eu-west-1", "cn-north-1", "us-gov-west-1")] == [
        "aws",
        "aws-cn",
        "aws-us-gov",
    ]
    assert same_partition("us-east-1", "eu-west-1")
    assert not same_partition("us-east-1", "cn-north-1")
    assert not same_partition("us-east-1", "eu-nowhere-9")
