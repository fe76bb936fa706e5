{
  global: {},
  components: {
    "tf-serving-workflow": {
      registry: "gcr.io/kubeflow-images-public",
      testing_image: "gcr.io/kubeflow-releasing/worker:v20180227-03a5f86",
      versionTag: "latest",
    },
  },
}
