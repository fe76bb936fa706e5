#!/bin/sh
# Start the notebook of one user.
exec jupyter notebook --ip=0.0.0.0 --NotebookApp.default_url=/lab "$@"
