"""The review desk: what a person reads and decides in the browser, and the report. Never crawls."""
