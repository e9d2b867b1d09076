"""Where a pass runs: functions (source, function) -> sum, and `each` for one result a block; see `contract`."""
