"""CloudFormation's custom resources: reads requests and their properties, and delivers the answers."""
