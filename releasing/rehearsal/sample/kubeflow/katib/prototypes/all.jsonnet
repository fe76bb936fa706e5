// @apiVersion 0.1
// @name io.ksonnet.pkg.katib
// @description Tuning of hyperparameters
// @shortDescription Tuning of hyperparameters
// @param name string Name of the component
// @optionalParam modeldbDatabaseImage string mongo:3.4 The database of models.
// @optionalParam vizierCoreImage string gcr.io/kubeflow-images-public/katib/vizier-core:v0.1.2-alpha-34-gb46378c The core.
// @optionalParam suggestionRandomImage string gcr.io/kubeflow-images-public/katib/suggestion-random:v0.2.0 The random search.
// @optionalParam vizierDbImage string mysql:8.0.3 The database.

local k = import "k.libsonnet";
local deployment = import "kubeflow/core/deployment.libsonnet";

k.core.v1.list.new([
  deployment.of("modeldb-db", env.namespace, params.modeldbDatabaseImage),
  deployment.of("vizier-core", env.namespace, params.vizierCoreImage),
  deployment.of("vizier-suggestion-random", env.namespace, params.suggestionRandomImage),
  deployment.of("vizier-db", env.namespace, params.vizierDbImage),
])
