local params = import "../../components/params.libsonnet";
params {
  components+: {
    // What holds in this environment only goes here.
  },
}
