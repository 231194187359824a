"""A small OpenID Connect provider that the suite starts: it logs in whom the test names, with PKCE and a signed token."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "makegood", "a secret between the two"


@dataclass
class Provider:
    """What it says of the person who logs in; `asked` keeps what came."""

    claims: dict[str, Any]
    issuer: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def log_in(self, address: str) -> str:
        """What its own page does: the address that the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if asked is None or form.get("client_secret") != SECRET or challenge != asked.get("code_challenge"):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, **self.claims}
        signed = jwt.encode(said, self.key, algorithm="RS256", headers={"kid": "one"})
        return 200, {"access_token": "for userinfo", "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        match path:
            case "/.well-known/openid-configuration":
                places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "me", "jwks_uri": "keys"}
                methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
                return 200, {"issuer": self.issuer, **methods, **{name: f"{self.issuer}/{place}" for name, place in places.items()}}
            case "/token":
                return self.token(form)
            case "/me":
                return 200, self.claims
            case "/keys":
                public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
                return 200, {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}
        return 404, {}


@contextmanager
def a_provider(**claims: Any) -> Iterator[Provider]:
    """Serves on this machine while the block runs."""
    provider = Provider(claims)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            status, said = provider.answer(urlsplit(self.path).path, form)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
