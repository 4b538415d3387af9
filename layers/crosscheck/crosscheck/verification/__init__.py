"""Whether a region has been healthy for long enough: one judge over looks, for the gate and for the fan-out."""
