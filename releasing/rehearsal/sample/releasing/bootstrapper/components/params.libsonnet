{
  global: {
    // Nothing is shared by all components.
  },
  components: {
    bootstrapper: {
      dockerfileDir: "kubeflow/kubeflow/bootstrap",
      image: "bootstrapper",
      name: "bootstrapper",
      registry: "gcr.io/kubeflow-images-public",
      versionTag: "latest",
    },
  },
}
