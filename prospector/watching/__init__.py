"""Pure: what was seen of a page that should link to you → what it means, and what follows from it."""
