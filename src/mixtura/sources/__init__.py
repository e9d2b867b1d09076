"""Where rows come from: things with `.blocks()`."""
