"""Checks: each looks at one thing in one region and answers PASS, FAIL, PENDING or INCONCLUSIVE, with a reason.

``check``        what a check is and what it is told
``keys``         what a plan gives to a check
``planned``      a planned check as JSON
``catalogue``    the checks by kind, and the one way to run them
``problems``     what AWS refused or did not answer, in words
``ecs_service``  the kind ``ecs-service``
``ecr_image``    the kind ``ecr-image``
``http_check``   the kind ``http``
"""
