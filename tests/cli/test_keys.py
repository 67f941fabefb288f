def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(call):
    call("migrate")
    token = call("keys", "create", "crm", "--scope", "scores:read", "--quiet").out.strip()
    key_id = token.split("_")[1]

    listed = call("keys", "list").out
    assert key_id in listed
    assert "scores:read" in listed
    assert token.split("_", 2)[2] not in listed
    assert call("keys", "revoke", key_id).code == 0
    again = call("keys", "revoke", key_id)
    assert again.code == 1
    assert key_id in again.err


def test_a_key_needs_a_name(call):
    call("migrate")

    refused = call("keys", "create", " ")

    assert refused.code == 2
    assert "say who will use the key" in refused.err
