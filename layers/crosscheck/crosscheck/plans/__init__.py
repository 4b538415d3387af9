"""Plans: what to look at, derived from the pipeline's own definition.

``runs``   what CodePipeline says of the actions of one execution
``scope``  which stage, and which of its deploy actions and regions
``added``  the checks that a plan adds
``images`` the checks that prove the arrival of an image
``plan``   the checks of every region
``preflight`` what is looked at when an execution starts
"""
