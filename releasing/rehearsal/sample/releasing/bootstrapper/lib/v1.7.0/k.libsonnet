// As much of the Kubernetes library as the releaser apps use.
{
  core: {
    v1: {
      list: {
        new(items):: { apiVersion: "v1", kind: "List", items: if std.isArray(items) then items else [items] },
      },
    },
  },
}
