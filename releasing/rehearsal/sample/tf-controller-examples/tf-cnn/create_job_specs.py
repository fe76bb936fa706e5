"""Print the TFJob of the benchmark."""

import json

IMAGE = "gcr.io/kubeflow/tf-benchmarks-cpu:v20171202-bdab599"
SERVER = 'gcr.io/kubeflow-images-public/tf-model-server-gpu:v20180606-9dfda4f2'


def job(name):
    """Give the job as a dict."""
    spec = {"image": IMAGE, "environment": {"MODEL_SERVER": SERVER}}
    return {"apiVersion": "kubeflow.org/v1alpha2", "kind": "TFJob", "metadata": {"name": name}, "spec": spec}


if __name__ == "__main__":
    print(json.dumps(job("benchmark"), indent=2))
