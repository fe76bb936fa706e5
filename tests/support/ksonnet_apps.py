"""A small ksonnet app of our own, in the layout of Kubeflow's releaser apps."""

from __future__ import annotations

from pathlib import Path

APP = """\
apiVersion: 0.1.0
environments:
  releasing:
    destination:
      namespace: kubeflow-releasing
      server: https://192.0.2.1
    k8sVersion: v1.7.0
    path: releasing
  staging:
    destination:
      namespace: staging
      server: https://192.0.2.2
    k8sVersion: v1.7.0
    path: staging
kind: ksonnet.io/app
name: releaser
version: 0.0.1
"""
PARAMS = """\
{
  global: {
    // nothing yet
  },
  components: {
    workflows: {
      name: "unset",
      namespace: "default",
      // who builds
      prow_env: "PULL_BASE_SHA=none",
      registry: "gcr.io/kubeflow-images-public",
      versionTag: "latest",
    },
    "second-one": {
      name: "second",
    },
  },
}
"""
OVERRIDES = """\
local params = import "../../components/params.libsonnet";
params {
  components+: {
    // Insert component parameter overrides here. Ex:
    // guestbook +: {
    //   name: "guestbook-dev",
    // },
    workflows+: {
      name: "first",
      namespace: "kubeflow-releasing",  // as in app.yaml
      versionTag: "v20180326-b0c432b9",
    },
  },
}
"""
EMPTY = """\
local params = std.extVar("__ksonnet/params");
local globals = import "globals.libsonnet";
local envParams = params {
  components+: {},
};

{
  components: {
    [x]: envParams.components[x] + globals
    for x in std.objectFields(envParams.components)
  },
}
"""
WORKFLOW = """\
local env = std.extVar("__ksonnet/environments");
local params = std.extVar("__ksonnet/params").components.workflows;
local k = import "k.libsonnet";
local images = import "images.libsonnet";

k.core.v1.list.new([{
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  metadata: { name: params.name, namespace: params.namespace, annotations: env },
  spec: {
    entrypoint: "all",
    onExit: "teardown",
    templates: [
      { name: "all", dag: { tasks: [
        { name: "checkout", template: "checkout" },
        { name: "build-cpu", template: "build-cpu", dependencies: ["checkout"] },
        { name: "build-http", template: "build-http", dependencies: ["checkout"] },
      ] } },
      { name: "checkout", container: { command: ["checkout.sh"], image: "worker" } },
      images.build("build-cpu", params.registry + "/model-cpu " + params.versionTag + " true", params),
      images.build("build-http", params.registry + "/model-http:" + params.versionTag, params),
      { name: "teardown", container: { command: ["teardown.sh"], image: "worker" } },
    ],
  },
}])
"""
IMAGES = """\
{
  build(name, arguments, params):: {
    name: name,
    container: {
      command: ["/bin/bash", "-c", "/src/build_image.sh /src/Dockerfile " + arguments],
      env: [{ name: "PULL_BASE_SHA", value: std.split(params.prow_env, "=")[1] }],
      image: "worker",
    },
  },
}
"""
SECOND = """\
local params = std.extVar("__ksonnet/params").components["second-one"];
{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: params.name } }
"""
MAIN = 'local base = import "../base.libsonnet";\nlocal k = import "k.libsonnet";\n\nbase {}\n'
FILES = {
    "app.yaml": APP,
    "components/params.libsonnet": PARAMS,
    "components/workflows.jsonnet": WORKFLOW,
    "components/images.libsonnet": IMAGES,
    "components/second-one.jsonnet": SECOND,
    "environments/base.libsonnet": 'local components = std.extVar("__ksonnet/components");\ncomponents {}\n',
    "environments/releasing/main.jsonnet": MAIN,
    "environments/releasing/params.libsonnet": OVERRIDES,
    "environments/staging/main.jsonnet": MAIN,
    "environments/staging/globals.libsonnet": "{\n}\n",
    "environments/staging/params.libsonnet": EMPTY,
}


def write_app(folder: Path) -> Path:
    """Write the app into `folder`; gives that folder."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


PROTOTYPE = """\
// @apiVersion 0.1
// @name io.example.pkg.release
// @description Builds an image
//   whenever it is asked to.
// @shortDescription Builds an image
// @param name string Name of the workflow
// @param image string Name of the image
// @param dockerfileDir string Where its Dockerfile is
// @optionalParam extra_repos string example/testing@HEAD More repositories, with ; between them
// @optionalParam extra_args string null Arguments for build_image.sh
// @optionalParam retries number 2 How often
// @optionalParam port numberOrString 80 Where

local k = import "k.libsonnet";
local release = import "example/automation/release.libsonnet";

k.core.v1.list.new([release.workflow(params, import 'env://namespace')])
"""
LIBRARY = """\
{
  workflow(params, namespace):: {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: params.name, namespace: namespace },
    spec: { entrypoint: params.image, retries: params.retries },
  },
}
"""
PACKAGE = {
    "parts.yaml": '{\n  "name": "automation",\n  "kind": "ksonnet.io/parts",\n}\n',
    "prototypes/release.jsonnet": PROTOTYPE,
    "release.libsonnet": LIBRARY,
}


def write_package(folder: Path) -> Path:
    """Write a package with a prototype and a library into `folder`, such as vendor/example/automation."""
    for name, text in PACKAGE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
