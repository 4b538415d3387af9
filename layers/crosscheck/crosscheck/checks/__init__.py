"""Checks: each looks at one thing in one region and answers PASS, FAIL, PENDING or INCONCLUSIVE, with a reason.

``check``        what a check is and what it is told
``catalogue``    the checks by kind, and the one way to run them
``problems``     what AWS refused or did not answer, in words
``ecs_service``  the kind ``ecs-service``
"""
