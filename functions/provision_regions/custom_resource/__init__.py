"""CloudFormation custom resources: a request is read, an answer is fitted into 4096 bytes and delivered."""
