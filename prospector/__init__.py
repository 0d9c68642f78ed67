"""Prospector: finds dead links on resource pages, matches them to your pages, drafts the letters."""

__version__ = "0.1.0"
