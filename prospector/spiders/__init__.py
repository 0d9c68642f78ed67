"""What to visit and what to yield: resources, recheck, site, links."""
