"""CloudFormation: the stack that a deploy action changed."""
