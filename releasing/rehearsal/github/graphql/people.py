"""Users, organisations and teams as GraphQL tells them."""

from __future__ import annotations

from releasing.rehearsal.github.graphql.connections import nothing
from releasing.rehearsal.github.shapes import WEB, Json, stable_id


def person(login: str) -> Json:
    """A user."""
    return {**_account(login), "__typename": "User"}


def owner(login: str) -> Json:
    """Who owns a repository."""
    return {**_account(login), "__typename": "Organization"}


def _account(login: str) -> Json:
    return {
        "id": f"U_{login}",
        "login": login,
        "name": None,
        "url": f"{WEB}/{login}",
        "databaseId": stable_id("user", login),
        "repositories": nothing(),
    }


def team(of: str, slug: str) -> Json:
    """A team of an organisation."""
    return {"__typename": "Team", "id": f"T_{slug}", "name": slug, "slug": slug, "organization": owner(of)}
