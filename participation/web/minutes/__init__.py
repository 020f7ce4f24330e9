"""Minutes of events: the public list and pages, and the desk on which moderators write and approve them."""
