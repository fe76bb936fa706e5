{
  // What presubmit and postsubmit check out beside this repository.
  checkout(root, env):: {
    name: "checkout",
    container: {
      command: ["/usr/local/bin/checkout.sh"],
      args: [root],
      env: env + [{
        name: "EXTRA_REPOS",
        value: "kubeflow/tf-operator@HEAD;kubeflow/testing@HEAD",
      }],
      image: "gcr.io/kubeflow-ci/test-worker:latest",
    },
  },
  // The serving test runs what 0.1.2 shipped.
  servingImage:: "gcr.io/kubeflow-images-public/tf-model-server-cpu:v0.1.2",
}
