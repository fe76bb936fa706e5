"""The images that exist before the rehearsed release: what the sample's image_tags.yaml and files refer to."""

from __future__ import annotations

from dataclasses import dataclass

from releasing.rehearsal.registry import small_images
from releasing.rehearsal.registry.layout import digest_of
from releasing.rehearsal.stand_ins.pushed_images import PushedReference, labels_of

REGISTRY = "gcr.io/kubeflow-images-public"


@dataclass(frozen=True)
class SeedImage:
    """One image: its first tag is the one that it was built under, and makes its bytes; the rest were added."""

    repository: str
    tags: tuple[str, ...]
    created: str

    @property
    def labels(self) -> dict[str, str]:
        """What the image says about itself; a build tag ends in the commit."""
        _, _, commit = self.tags[0].partition("-")
        return labels_of(PushedReference(self.repository, self.tags[0]), commit)

    @property
    def digest(self) -> str:
        """The digest that every one of the tags is on."""
        return digest_of(
            small_images.build(self.repository, self.tags[0], self.labels, self.created).manifest
        )


def _built(name: str, created: str, *tags: str) -> SeedImage:
    return SeedImage(f"{REGISTRY}/{name}", tags, created)


SEED = (
    _built("bootstrapper", "2018-06-18T21:02:51Z", "v20180618-715aafc", "v0.2.0", "latest"),
    _built("pytorch-operator", "2018-06-20T08:15:30Z", "v0.2.0"),
    _built("tf_operator", "2018-03-29T17:44:09Z", "v20180329-a7511ff", "v0.1.2"),
    _built("tf_operator", "2018-05-22T19:30:12Z", "v20180522-77375baf"),
    _built("tf_operator", "2018-06-21T10:05:47Z", "v0.2.0"),
    _built("tf-model-server-cpu", "2018-03-27T15:21:00Z", "v20180327-995786ec", "v0.1.2"),
    _built("tf-model-server-gpu", "2018-03-27T15:48:33Z", "v20180327-995786ec", "v0.1.2"),
    _built("tf-model-server-http-proxy", "2018-06-06T11:09:26Z", "v20180606-9dfda4f2"),
    _built("tensorflow-1.4.1-notebook-cpu", "2018-04-19T12:40:06Z", "v20180419-0ad94c4e", "v0.1.2"),
    _built("tensorflow-1.4.1-notebook-cpu", "2018-06-07T17:12:45Z", "v20180607-476e150e", "latest", "v0.2.0"),
    _built("tensorflow-1.4.1-notebook-gpu", "2018-04-19T12:58:51Z", "v20180419-0ad94c4e", "v0.1.2"),
    _built("tensorflow-1.7.0-notebook-cpu", "2018-04-19T13:07:22Z", "v20180419-0ad94c4e", "v0.1.2"),
    _built("tensorflow-1.7.0-notebook-cpu", "2018-06-07T17:33:18Z", "v20180607-476e150e", "latest", "v0.2.0"),
    _built("tensorflow-1.8.0-notebook-cpu", "2018-06-07T17:41:02Z", "v20180607-476e150e", "latest", "v0.2.0"),
)


def names() -> set[str]:
    """Every NAME:TAG of them."""
    return {f"{image.repository}:{tag}" for image in SEED for tag in image.tags}


def seed(base_url: str) -> None:
    """Push what the registry at an http:// address lacks of the images; raises as images.push does."""
    for image in SEED:
        small_images.push(
            base_url, image.repository, image.tags[0], image.labels, image.created, image.tags[1:]
        )
