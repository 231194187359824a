"""Template tags: `{% load look %}` brings the components."""
