local base = import "../base.libsonnet";
local k = import "k.libsonnet";

base {
  // What holds in this environment only goes here.
}
