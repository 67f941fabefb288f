import json
from dataclasses import replace

import pytest

from app.bundle.folder.manifest_encoding import compute_bundle_id, encode_manifest, sign_manifest
from app.bundle.folder.manifest_parsing import parse_manifest
from app.bundle.folder.reading import read_manifest
from tests.bundle.conftest import KEY


@pytest.fixture
def manifest(write):
    return read_manifest(write())


def test_what_is_encoded_is_parsed_back(manifest):
    encoded = encode_manifest(manifest)

    assert encode_manifest(parse_manifest(encoded, source="manifest.json")) == encoded


def test_the_id_is_inside_and_depends_on_the_signature_too(manifest):
    signed = replace(manifest, signature=sign_manifest(manifest, KEY))

    assert json.loads(encode_manifest(manifest))["bundle_id"] == compute_bundle_id(manifest)
    assert compute_bundle_id(signed) != compute_bundle_id(manifest)


def test_the_signature_does_not_cover_itself(manifest):
    signed = replace(manifest, signature=sign_manifest(manifest, KEY))

    assert sign_manifest(signed, KEY) == signed.signature
