"""`Custom::EventForwarding`: the events of other regions, sent on to the home region's bus."""
