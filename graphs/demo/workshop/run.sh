#!/bin/sh
# run.sh: greet everybody who is named on the command line.
for name in "${@:-everybody}"; do
	greet "$name"
done
