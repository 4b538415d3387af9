"""The labels under which two services still show the images of a release; the facts are typed, see known_facts."""

INTENDED = "intended "
INTENDED_DIGEST = "intended digest "
