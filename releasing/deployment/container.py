"""The container file of this tool: its programs, its environment from build time, and no root rights."""

from __future__ import annotations

from shlex import quote

from releasing.config.release_yaml import Config
from releasing.deployment.pods import SUITE, USER

CLOUD_KEY = "35BAA0B33E9EB396F59CA838C0BA5CE6DC6315A3"
TEXT = """\
# Made from release.yaml: scripts/invoke deploy.render --write. A test fails when it is out of date.
# The image of a commit: git archive HEAD | docker build -f deploy/Containerfile -t NAME:TAG -
FROM {base}

# git, ssh, make and Docker's client as Debian has them; gcloud, its plugin and kubectl as Google releases them.
ARG CLOUD_CLI={cloud_cli}
# The fingerprint of the key that Google's Artifact Registry signs packages with. Whatever else is served at its
# address is not trusted, and without it the build fails.
ARG CLOUD_KEY={cloud_key}
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN apt-get update \\
 && apt-get install --yes --no-install-recommends ca-certificates curl docker.io git gnupg make \\
    openssh-client \\
 && export GNUPGHOME="$(mktemp --directory)" \\
 && curl --fail --silent --show-error https://packages.cloud.google.com/apt/doc/apt-key.gpg \\
  | gpg --batch --quiet --import \\
 && gpg --batch --export "$CLOUD_KEY" > /usr/share/keyrings/cloud.google.gpg \\
 && test -s /usr/share/keyrings/cloud.google.gpg \\
 && rm -rf "$GNUPGHOME" && unset GNUPGHOME \\
 && echo "deb [signed-by=/usr/share/keyrings/cloud.google.gpg]" \\
    "https://packages.cloud.google.com/apt cloud-sdk main" > /etc/apt/sources.list.d/google-cloud-sdk.list \\
 && apt-get update \\
 && apt-get install --yes --no-install-recommends "google-cloud-cli=$CLOUD_CLI" \\
    "google-cloud-cli-gke-gcloud-auth-plugin=$CLOUD_CLI" "kubectl=1:$CLOUD_CLI" \\
 && rm -rf /var/lib/apt/lists/*

# Who commits, and how git logs in to GitHub: with the token that gh finds in GH_TOKEN.
RUN git config --system user.name {name} \\
 && git config --system user.email {email} \\
 && git config --system credential.https://github.com.helper '!{suite}/.venv/bin/gh auth git-credential' \\
 && useradd --uid {user} --user-group --create-home release \\
 && install --directory --owner={user} --group={user} {suite}

# From here on nobody's rights: what the build makes, it makes as the user that runs it.
USER {user}:{user}
WORKDIR {suite}
COPY --chown={user}:{user} . .
# The environment of constraints.txt is part of the image, so that a pod needs no package index. All is compiled,
# as the disk of a pod is read-only.
RUN scripts/setup-venv && .venv/bin/python -m compileall -q -x rehearsal/sample releasing scripts tasks.py \\
 && scripts/invoke --list > /dev/null
ENV LC_ALL=C.UTF-8 PATH={suite}/.venv/bin:$PATH

ENTRYPOINT ["{suite}/scripts/invoke"]
CMD ["--list"]
"""


def text(config: Config) -> str:
    """The container file."""
    sender = config.announcement.from_
    return TEXT.format(
        base=config.deploy.base,
        cloud_cli=config.deploy.cloud_cli,
        cloud_key=CLOUD_KEY,
        suite=SUITE,
        user=USER,
        name=quote(f"{config.project} release team"),
        email=quote(sender),
    )
