"""What CodePipeline says of a pipeline: its definition, its actions' runs, its tags, and the gates in it."""
