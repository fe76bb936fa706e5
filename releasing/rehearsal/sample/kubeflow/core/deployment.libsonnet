{
  // A deployment of one container.
  of(name, namespace, image, env=[]):: {
    apiVersion: "apps/v1beta2",
    kind: "Deployment",
    metadata: { name: name, namespace: namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: name, image: image, env: env }] },
      },
    },
  },
}
