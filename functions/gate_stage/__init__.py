"""The gate: a Lambda action in a pipeline that proves each region of a stage before the next stage starts.

One invocation is one look; while a region is not settled, CodePipeline is told to ask again later.

``handler``       answers the job whatever happens, a missing layer included
``bootstrap``     puts the gate together
``job_runner``    one job: judge, record, answer
``job``           the job, as CodePipeline describes it
``identity``      which gate the job is
``look``          one look, from the job to the decision
``continuation``  what travels from look to look
"""
