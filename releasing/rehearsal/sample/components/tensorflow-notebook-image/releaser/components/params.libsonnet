{
  global: {
    // Nothing is shared by all components.
  },
  components: {
    workflows: {
      bucket: "kubeflow-ci_temp",
      name: "unset",
      namespace: "kubeflow-test-infra",
      prow_env: "REPO_OWNER=kubeflow,REPO_NAME=kubeflow,PULL_BASE_SHA=master",
      registry: "gcr.io/kubeflow-ci",
      step_image: "gcr.io/kubeflow-ci/test-worker:latest",
      versionTag: "latest",
    },
  },
}
