"""The labels under which checks show the image that was meant for a container, and its digest."""

INTENDED = "intended "
INTENDED_DIGEST = "intended digest "
