// @apiVersion 0.1
// @name io.ksonnet.pkg.kubeflow-core
// @description Everything that every Kubeflow has
// @shortDescription The core of Kubeflow
// @param name string Name of the component
// @optionalParam namespace string null Namespace of everything in it; the environment's when it is null.
// @optionalParam AmbassadorImage string quay.io/datawire/ambassador:0.30.1 The gateway's image.
// @optionalParam tfJobImage string gcr.io/kubeflow-images-public/tf_operator:v20180522-77375baf The operator of TFJobs.
// @optionalParam jupyterHubImage string gcr.io/kubeflow/jupyterhub-k8s:v20180531-3bb991b1 The hub's image.
// @optionalParam jupyterNotebookRegistry string gcr.io Where the images of notebooks are.
// @optionalParam jupyterNotebookRepoName string kubeflow-images-public The project that they are in.
// @optionalParam centralUiImage string gcr.io/kubeflow-images-public/centraldashboard:v20180618-v0.2.0-rc.0-5-g715aafc8 The start page.

local k = import "k.libsonnet";
local all = import "kubeflow/core/all.libsonnet";

local updated = params {
  namespace: if params.namespace == "null" then env.namespace else params.namespace,
};

std.prune(k.core.v1.list.new(all.parts(updated)))
