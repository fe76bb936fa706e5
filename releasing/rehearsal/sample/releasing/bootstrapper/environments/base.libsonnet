local components = std.extVar("__ksonnet/components");
components {
  // What holds in every environment goes here.
}
