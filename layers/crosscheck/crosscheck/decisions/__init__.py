"""What a person may decide about a release: what is offered, what a click asks for, and who may."""
