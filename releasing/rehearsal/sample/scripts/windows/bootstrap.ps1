# Look at the bootstrapper on Windows.
$image = "gcr.io/kubeflow-images-public/bootstrapper:v0.2.0"
docker run -it $image
