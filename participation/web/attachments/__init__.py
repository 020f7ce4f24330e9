"""Files: handing them out, and the page on which they are added to something."""
