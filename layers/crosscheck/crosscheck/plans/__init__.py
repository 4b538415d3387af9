"""Plans: what to look at, derived from the pipeline's own definition.

``runs``   what CodePipeline says of the actions of one execution
``scope``  which stage, and which of its deploy actions and regions
``added``  the checks that a plan adds
``plan``   the checks of every region
"""
