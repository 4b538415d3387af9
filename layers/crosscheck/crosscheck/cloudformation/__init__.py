"""CloudFormation custom resources: reading a request, fitting an answer, delivering it."""
