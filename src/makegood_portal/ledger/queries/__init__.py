"""What pages read: a module per screen, plain functions, rows already restricted by `access`."""
