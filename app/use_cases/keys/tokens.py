"""What an API key looks like: ``hf_<key id>_<secret>``. Only its hash is ever stored."""

import hashlib
import secrets
from typing import Final

PREFIX: Final = "hf"
ID_BYTES: Final = 6
SECRET_BYTES: Final = 32  # 256 random bits: nobody can guess them, so a fast hash is safe


def new_key_id() -> str:
    """Return an id for a new key."""
    return secrets.token_hex(ID_BYTES)


def new_token(key_id: str) -> str:
    """Return a token with a new secret."""
    return f"{PREFIX}_{key_id}_{secrets.token_urlsafe(SECRET_BYTES)}"


def key_id_of(token: str) -> str | None:
    """Return the key id in a token, or None if it does not look like a token."""
    prefix, _, rest = token.partition("_")
    key_id = rest.partition("_")[0]
    if prefix != PREFIX or not key_id.isalnum() or not token.isascii():
        return None
    return key_id


def hash_of(token: str) -> str:
    """Return the hash under which a token is stored: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
