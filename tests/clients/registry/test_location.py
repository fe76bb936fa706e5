"""Where requests go."""

from __future__ import annotations

import pytest

from releasing.clients.registry.location import Mirrors, address, is_google, trusted
from releasing.errors import PreconditionError, UsageError
from releasing.image import ImageName


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
    with pytest.raises(PreconditionError, match="expected https"):
        trusted(url)


@pytest.mark.parametrize(
    "url", ["http://Plain.example:5000/v2/", "https://plain.example:5000/", "http://localhost/"]
)
def test_plain_http_goes_to_a_host_where_it_is_allowed(url: str) -> None:
    assert trusted(url, {"plain.example:5000"}) == url


@pytest.mark.parametrize(
    "url",
    [
        "http://plain.example/",
        "http://plain.example:5000@evil.example/",
        "http://evil.example/plain.example:5000",
    ],
)
def test_what_is_allowed_is_one_host_at_one_port(url: str) -> None:
    with pytest.raises(PreconditionError) as raised:
        trusted(url, {"plain.example:5000"})
    assert "plain-http: true" in raised.value.hint


def test_a_mirror_and_an_image_may_be_where_plain_http_is_allowed() -> None:
    plain = {"plain.example:5000"}
    mirrors = Mirrors.parse("gcr.io=http://plain.example:5000/", plain)
    assert mirrors.locate(ImageName.parse("gcr.io/p/x")).origin == "http://plain.example:5000"
    assert mirrors.locate(ImageName.parse("plain.example:5000/p/x")).origin == "http://plain.example:5000"
    assert mirrors.locate(ImageName.parse("plain.example:5001/p/x")).origin == "https://plain.example:5001"


def test_docker_hub_answers_at_another_host() -> None:
    assert [address(host) for host in ("docker.io", "gcr.io")] == ["registry-1.docker.io", "gcr.io"]


@pytest.mark.parametrize("host", ["gcr.io", "US.gcr.io", "europe-docker.pkg.dev"])
def test_registries_of_google_are_known_by_their_names(host: str) -> None:
    assert is_google(host)


@pytest.mark.parametrize("host", ["gcr.io.example", "notgcr.io", "pkg.dev", "gcr.io:443", "127.0.0.1"])
def test_others_are_not_taken_for_googles(host: str) -> None:
    assert not is_google(host)
