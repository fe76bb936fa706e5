"""Where requests go."""

from __future__ import annotations

import pytest

from releasing.errors import PreconditionError, UsageError
from releasing.image_name import ImageName
from releasing.registry.location import Mirrors, trusted


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ("gcr.io/p/x", "http://127.0.0.1:5123/v2/gcr.io/p/x/manifests/v1"),
        ("registry.aliyuncs.com/p/x", "https://mirror.example/v2/p/x/manifests/v1"),
        ("quay.io/p/x", "https://quay.io/v2/p/x/manifests/v1"),
        ("argoproj/argoui", "https://registry-1.docker.io/v2/argoproj/argoui/manifests/v1"),
        ("localhost:5000/x", "http://localhost:5000/v2/x/manifests/v1"),
        ("127.0.0.1:5000/x", "http://127.0.0.1:5000/v2/x/manifests/v1"),
    ],
)
def test_an_image_is_at_its_own_host_or_at_the_mirror(image: str, url: str) -> None:
    mirrors = Mirrors.parse(
        "gcr.io=http://127.0.0.1:5123/gcr.io, registry.aliyuncs.com=https://mirror.example/"
    )
    assert mirrors.locate(ImageName.parse(image)).url("manifests", "v1") == url


@pytest.mark.parametrize(
    "text",
    [
        "gcr.io",
        "gcr.io=",
        "=http://127.0.0.1:1",
        "gcr.io=127.0.0.1:5123",
        "gcr.io=http://127.0.0.1:x/",
        "gcr.io=ftp://127.0.0.1/",
        "gcr.io=http://mirror.example/",
        "gcr.io=https://h/?q",
        "gcr.io=https://h/a//b",
    ],
)
def test_a_malformed_mirror_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="RELEASE_REGISTRY_MIRRORS") as raised:
        Mirrors.parse(text)
    assert "HOST=URL" in raised.value.hint


def test_a_password_in_a_mirror_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as raised:
        Mirrors.parse("gcr.io=https://me:secret@mirror.example/")
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://gcr.io/token", "http://127.0.0.1.example/", "file:///etc/passwd", ""]
)
def test_plain_http_goes_to_this_machine_only(url: str) -> None:
    with pytest.raises(PreconditionError, match="only https"):
        trusted(url)
