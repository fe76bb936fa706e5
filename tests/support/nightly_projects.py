"""A repository with as many nightly workflows as a test needs: one ksonnet app, a component for each."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

APP = "releasing/many"
COMPONENT = """\
local params = std.extVar("__ksonnet/params").components["{name}"];
{{
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  metadata: {{ name: params.name, namespace: params.namespace }},
  spec: {{
    entrypoint: "{name}",
    templates: [{{
      name: "{name}",
      container: {{
        image: "worker",
        command: ["build_image.sh", "Dockerfile", "gcr.io/kubeflow-images-public/{name}", params.versionTag],
      }},
    }}],
  }},
}}
"""
PARAMS = "local params = import '../../components/params.libsonnet';\nparams + { components+: {} }\n"


def files(names: list[str]) -> dict[str, str]:
    """The files of the repository."""
    blocks = "".join(f'    "{name}": {{ versionTag: "latest" }},\n' for name in names)
    entries = [{"name": name, "app_dir": f"kubeflow/kubeflow/{APP}", "component": name} for name in names]
    server = {"server": "https://192.0.2.10", "namespace": "kubeflow-releasing"}
    app = {
        "apiVersion": "0.1.0",
        "kind": "ksonnet.io/app",
        "name": "many",
        "version": "0.0.1",
        "environments": {"default": {"destination": server, "k8sVersion": "v1.7.0", "path": "default"}},
    }
    return {
        "releasing/prow_config_release.yaml": json.dumps({"workflows": entries}),
        f"{APP}/app.yaml": _yaml(app),
        f"{APP}/components/params.libsonnet": f"{{\n  global: {{}},\n  components: {{\n{blocks}  }},\n}}\n",
        f"{APP}/environments/base.libsonnet": 'local c = std.extVar("__ksonnet/components");\nc {}\n',
        f"{APP}/environments/default/main.jsonnet": 'local base = import "../base.libsonnet";\nbase {}\n',
        f"{APP}/environments/default/params.libsonnet": PARAMS,
        **{f"{APP}/components/{name}.jsonnet": COMPONENT.format(name=name) for name in names},
    }


def repository(folder: Path, names: list[str]) -> Path:
    """A repository with these workflows, committed on master."""
    for path, text in files(names).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    git = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["init", "--quiet", "-b", "master"], ["add", "."], ["commit", "--quiet", "-m", "Many"]):
        subprocess.run([*git, *words], check=True)
    return folder


def _yaml(content: Mapping[str, object], indent: str = "") -> str:
    lines = ""
    for key, value in content.items():
        nested = f"\n{_yaml(value, indent + '  ')}" if isinstance(value, dict) else f" {value}\n"
        lines += f"{indent}{key}:{nested}"
    return lines
