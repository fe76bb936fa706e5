local deployment = import "kubeflow/core/deployment.libsonnet";
local operator = import "kubeflow/core/tf-job-operator.libsonnet";

{
  parts(params):: operator.parts(params) + [
    deployment.of("ambassador", params.namespace, params.AmbassadorImage),
    deployment.of("tf-hub", params.namespace, params.jupyterHubImage, [
      { name: "REGISTRY", value: params.jupyterNotebookRegistry },
      { name: "REPO_NAME", value: params.jupyterNotebookRepoName },
    ]),
    deployment.of("centraldashboard", params.namespace, params.centralUiImage),
  ],
}
