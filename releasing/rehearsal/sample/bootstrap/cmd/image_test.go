package cmd

import "testing"

func TestTagIsWhatFollowsTheLastColon(t *testing.T) {
	if got := tagOf("gcr.io/kubeflow-images-public/bootstrapper:v0.2.0"); got != "v0.2.0" {
		t.Errorf("got %q", got)
	}
}
