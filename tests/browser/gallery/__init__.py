"""A gallery of every component, for looking at and for the browser tests. It is no part of the portal."""
