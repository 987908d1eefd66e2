#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# schema.sh: a JSON Schema validator that is not ours takes every graph file that the loader takes, and every event.
set -eu
# shellcheck source=tests/lib/tap.sh
. "${top_srcdir:?}/tests/lib/tap.sh"

python3 -c 'import jsonschema, yaml' 2>/dev/null || skip_all 'no python3 with jsonschema and yaml here'

# validate FILE: a graph file, or the graph file within a case. validate FILE SCHEMA: by another schema.
validate() {
	python3 - "$top_srcdir/docs/${2:-lockstep.schema.json}" "$1" <<'END'
import json, jsonschema, re, sys, yaml

text = open(sys.argv[2], encoding='utf-8').read()
section = re.search(r'^-- lockstep\.(?:yaml|json) --\n(.*?)^-- ', text, re.M | re.S)
schema = json.load(open(sys.argv[1], encoding='utf-8'))
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
errors = list(validator(schema).iter_errors(yaml.safe_load(section.group(1) if section else text)))
for e in errors:
    print('/'.join(str(p) for p in e.absolute_path) + ': ' + e.message)
sys.exit(bool(errors))
END
}

for file in "$top_srcdir"/tests/cases/graph/right-*.case "$top_srcdir"/graphs/*/lockstep.yaml; do
	[ -f "$file" ] || continue
	ok "${file#"$top_srcdir"/} is valid" validate "$file"
done

# And it sees what is wrong where a schema can.
for name in key-misspelt version-text images-empty image-name-case path-absolute timeout-wrong choice-wrong \
	image-two-places image-no-context check-kind dispatch-wrong; do
	exits 1 "graph/$name.case is not" validate "$top_srcdir/tests/cases/graph/$name.case"
done

# What differs-*.json get wrong no schema can say (tests/unit/t-event.c).
for file in "$top_srcdir"/tests/cases/event/right-*.json "$top_srcdir"/tests/cases/event/differs-*.json; do
	ok "event/$(basename "$file") is valid" validate "$file" lockstep-event.schema.json
done
for file in "$top_srcdir"/tests/cases/event/wrong-*.json; do
	exits 1 "event/$(basename "$file") is not" validate "$file" lockstep-event.schema.json
done
done_testing
