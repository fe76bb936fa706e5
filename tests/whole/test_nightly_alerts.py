"""nightly.check --tell as an operator runs it: who hears of what is not as it should be, and how often."""

from __future__ import annotations

import json
from pathlib import Path

from tests.scripts.test_post_report import webhook
from tests.support.paths import ROOT
from tests.support.whole_releases import completed, invoke

OWN = "RELEASE_NIGHTLY_WEBHOOK"


def mails(sandbox: Path) -> list[str]:
    return [path.read_text() for path in sorted((sandbox / "outbox").glob("*.eml"))]


def posts(sandbox: Path) -> list[str]:
    return [json.loads(path.read_text())["text"] for path in sorted((sandbox / "posted").glob("*.json"))]


def with_a_mail_server(folder: Path) -> dict[str, str]:
    """Another release.yaml, which has mails sent."""
    text = (ROOT / "release.yaml").read_text()
    path = folder / "release.yaml"
    path.write_text(text.replace("  vote-days: 3\n", "  vote-days: 3\n  smtp: {host: smtp.example.org}\n"))
    return {"RELEASE_CONFIG": str(path)}


def test_what_is_overdue_is_told_once_a_day_and_nobody_outside_hears_of_a_rehearsal(tmp_path: Path) -> None:
    sandbox = tmp_path / "sandbox"
    with webhook(200) as outside:
        for _ in range(2):
            found = invoke(sandbox, "nightly.check", "--tell", **{OWN: outside.address})
            assert found.returncode == 5, found.stderr
            assert "no nightly image" in found.stdout
        assert outside.posts == []
    ((mail,), (post,)) = mails(sandbox), posts(sandbox)
    assert "Subject: Kubeflow: the nightly release needs attention" in mail
    assert "14 images overdue: no nightly image in the last 36 hours" in post
    assert not any(b"T0P-SECRET" in path.read_bytes() for path in sandbox.rglob("*") if path.is_file())


def test_once_every_image_is_young_enough_the_check_is_green_and_nobody_is_told(tmp_path: Path) -> None:
    completed(tmp_path, "nightly.run", RELEASE_SANDBOX_PACE="0")
    assert "3 hold, 0 do not" in completed(tmp_path, "nightly.check", "--tell")
    assert (mails(tmp_path), posts(tmp_path)) == ([], [])


def test_a_way_that_fails_is_told_hides_nothing_and_is_made_good_by_a_later_run(tmp_path: Path) -> None:
    settings, sandbox = with_a_mail_server(tmp_path), tmp_path / "sandbox"
    invoke(sandbox, "nightly.check", **settings)
    # Where the sandbox's servers would keep them.
    for place in ("sent", "posted"):
        (sandbox / place).touch()
    failed = invoke(sandbox, "nightly.check", "--tell", "--json", **settings)
    assert (failed.returncode, json.loads(failed.stdout)["claims"][2]["holds"]) == (5, False)
    assert (
        "could not notify by mail: " in failed.stderr,
        "could not notify by webhook: " in failed.stderr,
    ) == (
        True,
        True,
    )
    assert "the webhook answers HTTP 507" in failed.stderr

    (sandbox / "sent").unlink()
    (written,) = (sandbox / "outbox").glob("*.eml")
    written.write_text("Message-ID: <old>\n\nAs things were.\n")
    half = invoke(sandbox, "nightly.check", "--tell", **settings)
    assert (half.returncode, "could not notify by mail" in half.stdout) == (5, False)
    assert "could not notify by webhook" in half.stdout

    (sandbox / "posted").unlink()
    whole = invoke(sandbox, "nightly.check", "--tell", **settings)
    assert (whole.returncode, "not told" in whole.stdout) == (5, False)
    (sent,) = (sandbox / "sent").glob("*.eml")
    assert ("overdue" in sent.read_text(), len(posts(sandbox))) == (True, 1)


def test_a_release_config_that_is_not_valid_is_told_too(tmp_path: Path) -> None:
    text = (ROOT / "release.yaml").read_text()
    path = tmp_path / "release.yaml"
    path.write_text(text.replace("prow_config_release.yaml", "image_tags.yaml"))
    failed = invoke(tmp_path / "sandbox", "nightly.check", "--tell", RELEASE_CONFIG=str(path))
    assert (failed.returncode, "releasing/image_tags.yaml:1:" in failed.stderr) == (3, True)
    assert "releasing/image_tags.yaml:1:" in posts(tmp_path / "sandbox")[0]
