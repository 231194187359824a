"""Log-in at an organisation's own identity provider, by OpenID Connect: named in the environment, off without it."""

from __future__ import annotations

import os


def apps() -> list[dict[str, object]]:
    """`MAKEGOOD_OIDC_ISSUER`, `MAKEGOOD_OIDC_CLIENT`, `MAKEGOOD_OIDC_SECRET`, and `MAKEGOOD_OIDC_NAME` for the button."""
    issuer = os.environ.get("MAKEGOOD_OIDC_ISSUER")
    if not issuer:
        return []
    return [
        {
            "provider_id": "organisation",
            "name": os.environ.get("MAKEGOOD_OIDC_NAME", "OpenID Connect"),
            "client_id": os.environ["MAKEGOOD_OIDC_CLIENT"],
            "secret": os.environ["MAKEGOOD_OIDC_SECRET"],
            "settings": {"server_url": issuer},
        }
    ]
