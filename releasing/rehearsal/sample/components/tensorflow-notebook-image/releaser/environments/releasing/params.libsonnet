local params = import "../../components/params.libsonnet";
params {
  components+: {
    workflows+: {
      bucket: "kubeflow-releasing-artifacts",
      name: "notebook-release-v20180607-476e150e",
      namespace: "kubeflow-releasing",
      prow_env: "JOB_NAME=tensorflow-notebook-image-release,JOB_TYPE=postsubmit,PULL_BASE_SHA=476e150e,REPO_NAME=kubeflow,REPO_OWNER=kubeflow,BUILD_NUMBER=c646",
      registry: "gcr.io/kubeflow-images-public",
      step_image: "gcr.io/kubeflow-releasing/worker:v20180227-03a5f86",
      versionTag: "v20180607-476e150e",
    },
  },
}
