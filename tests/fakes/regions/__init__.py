"""S3, KMS and SSM of one account in many regions, as strict as AWS where moto is too kind."""
