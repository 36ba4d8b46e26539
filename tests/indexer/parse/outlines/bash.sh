#!/usr/bin/env bash
# Builds.
set -eu
. ./lib/common.sh

LIMIT=10

# Makes one.
make_job() {
  local id=$1
  step "$id"
}

function clean {
  rm -rf "$1"
}

make_job 1
clean build
