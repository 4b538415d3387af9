"""Ministack 1.5.33, changed where it differs from AWS in what Crosscheck relies on.

Runs in the emulator's own environment, so nothing here imports what is installed for development. Each module replaces
private names of ministack; that is why its version is pinned, and asserted at the start.

``functions``         Python functions run under the genuine Lambda runtime client
``processes``         functions and the emulator end with the process that started them
``service_events``    ``aws.*`` events only from the account's own engines
``decisions``         IAM decides about the account's own services, too
``event_buses``       a rule may target an event bus of another region
``custom_resources``  Lambda retries a custom resource's function; CloudFormation shows meanwhile what it is at
``conditions``        ``Fn::Split`` in the conditions of a template
``regions``           a region that does not exist is refused
"""
