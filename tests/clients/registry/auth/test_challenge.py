"""What registries write into WWW-Authenticate."""

from __future__ import annotations

import pytest

from releasing.clients.registry.auth.challenge import Challenge, challenges, preferred
from releasing.clients.registry.auth.tokens import rights
from releasing.clients.registry.http import HttpAnswer, Scope

HUB = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"'


@pytest.mark.parametrize(
    ("text", "scheme", "parameters"),
    [
        (
            HUB,
            "bearer",
            {
                "realm": "https://auth.docker.io/token",
                "service": "registry.docker.io",
                "scope": "repository:a/b:pull",
            },
        ),
        (
            'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:a/b:pull,push"',
            "bearer",
            {"realm": "https://ghcr.io/token", "service": "ghcr.io", "scope": "repository:a/b:pull,push"},
        ),
        (
            'Bearer realm="https://gcr.io/v2/token",service="gcr.io"',
            "bearer",
            {"realm": "https://gcr.io/v2/token", "service": "gcr.io"},
        ),
        ('Basic realm="Registry Realm"', "basic", {"realm": "Registry Realm"}),
        ("BASIC Realm=x", "basic", {"realm": "x"}),
        ("Basic", "basic", {}),
        (
            'Bearer realm = "https://h/?a=b" , error=invalid_token',
            "bearer",
            {"realm": "https://h/?a=b", "error": "invalid_token"},
        ),
        (r'Bearer realm="a \"b\", Basic c"', "bearer", {"realm": 'a "b", Basic c'}),
    ],
)
def test_a_challenge_is_a_scheme_with_parameters(text: str, scheme: str, parameters: dict[str, str]) -> None:
    assert challenges(text) == [Challenge(scheme, parameters)]


@pytest.mark.parametrize("text", [f'Basic realm="x", {HUB}', f'{HUB}, Basic realm="x"', f"Negotiate, {HUB}"])
def test_a_token_is_preferred_to_the_password(text: str) -> None:
    chosen = preferred(text)
    assert chosen
    assert (chosen.scheme, chosen.parameters["service"]) == ("bearer", "registry.docker.io")


@pytest.mark.parametrize("text", ["", "Negotiate", 'Digest realm="x", nonce="y"', '="', ",,,"])
def test_there_may_be_no_way_that_we_know(text: str) -> None:
    assert preferred(text) is None


def test_several_headers_are_read_like_one() -> None:
    from multidict import CIMultiDict  # noqa: PLC0415 - what aiohttp gives

    headers = CIMultiDict([("WWW-Authenticate", 'Basic realm="x"'), ("www-authenticate", HUB)])
    assert [each.scheme for each in challenges(HttpAnswer(401, headers, b"").challenge)] == [
        "basic",
        "bearer",
    ]
    assert HttpAnswer(401, {}, b"").challenge == ""


def test_a_repository_may_be_called_like_a_right() -> None:
    named = Challenge("bearer", {"scope": "repository:p/push:pull"})
    assert rights(Scope("quay.io", "p/push", writes=True), named) == "repository:p/push:pull,push"
    assert rights(Scope("quay.io", "p/push"), named) == "repository:p/push:pull"
