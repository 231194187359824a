"""The portal on the real PostgreSQL: access, actions, pages."""
