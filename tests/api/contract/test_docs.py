def test_the_docs_load_nothing_from_elsewhere(client):
    page = client.get("/docs")

    assert "//" not in page.text.replace("<!doctype", "")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    for part in page.text.split('"')[1::2]:
        if part.startswith("docs/"):
            assert client.get(f"/{part}").status_code == 200
