"""The form in which people choose a notebook, and the pod that they get."""

import json
import os

from kubespawner.spawner import KubeSpawner


class KubeFormSpawner(KubeSpawner):
    """Spawn what the form asks for."""

    def _options_form_default(self):
        return '''
    <label for='image'>Image</label>
    <input list="image" name="image" placeholder='repo/image:tag'>
    <datalist id="image">
      <option value="{0}/{1}/tensorflow-1.4.1-notebook-cpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.4.1-notebook-gpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.5.1-notebook-cpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.5.1-notebook-gpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.6.0-notebook-cpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.6.0-notebook-gpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.7.0-notebook-cpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.7.0-notebook-gpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.8.0-notebook-cpu:v20180607-476e150e">
      <option value="{0}/{1}/tensorflow-1.8.0-notebook-gpu:v20180607-476e150e">
    </datalist>
    <label for='extra_resource_limits'>Further limits</label>
    <input name='extra_resource_limits' placeholder='{{"nvidia.com/gpu": 3}}'></input>
    '''.format(registry, repoName)

    def options_from_form(self, formdata):
        """Give the first value of each field, without blanks around it."""
        return {
            name: formdata.get(name, [''])[0].strip() for name in ('image', 'extra_resource_limits')
        }

    @property
    def singleuser_image_spec(self):
        """Give the image that was chosen, else the default of the cloud."""
        if cloud == 'ack':
            image = 'registry.aliyuncs.com/kubeflow-images-public/tensorflow-1.7.0-notebook-cpu:v0.1.2'
        else:
            image = 'gcr.io/kubeflow-images-public/tensorflow-1.8.0-notebook-cpu:v20180607-476e150e'
        return self.user_options.get('image') or image

    @property
    def extra_resource_limits(self):
        """Give the limits as a dict; none when the field was left empty."""
        return json.loads(self.user_options.get('extra_resource_limits') or '{}')


cloud = os.environ.get('CLOUD_NAME')
registry = os.environ.get('REGISTRY')
repoName = os.environ.get('REPO_NAME')
c.JupyterHub.spawner_class = KubeFormSpawner
c.KubeSpawner.singleuser_image_spec = '{0}/{1}/tensorflow-notebook'.format(registry, repoName)
