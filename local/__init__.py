"""A local AWS account, without Docker and without AWS.

``emulator``      ministack under a launcher: functions run in the genuine Lambda runtime client
``codepipeline``  the CodePipeline API and the engine behind it
``ecs``           an ECS layer in front of the emulator: image digests, failing tasks, service deployments
``slack``         a Slack workspace: Web API, history, and a page that shows a channel as a person sees it
``account``       all of it together, with the stack deployed by ``sam deploy``
``demo``          the example releases, with live progress and pictures
"""
