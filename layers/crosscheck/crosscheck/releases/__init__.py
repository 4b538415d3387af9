"""A release as people see it, folded from the facts of the ledger. Pure: facts in, release out, no clock."""

from crosscheck.releases.fold import fold
from crosscheck.releases.image_arrival import fold_image
from crosscheck.releases.model import (
    Concern,
    Failure,
    ImageArrival,
    RegionProgress,
    RegionState,
    Release,
    SourceRevision,
    StageProgress,
)

__all__ = [
    "Concern",
    "Failure",
    "ImageArrival",
    "RegionProgress",
    "RegionState",
    "Release",
    "SourceRevision",
    "StageProgress",
    "fold",
    "fold_image",
]
