"""Every route, who may open it, and with which object: a file for each screen."""
