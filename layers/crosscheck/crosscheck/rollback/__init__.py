"""Taking back what one execution brought to one region, through the service that deployed it.

``undo``       what a way back is, and what beginning it gives
``catalogue``  the ways back by the kind of check that proves the deployment

A way back is proposed from the service's own history, and begun only where the region still runs what the execution
put there: compare-and-set. Nothing is written to a target that the execution did not deploy to.
"""
