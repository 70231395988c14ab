# Sourced by scripts that run several parts one after the other: says what runs, how long it took, and which part failed.
summary=""

# part NAME COMMAND... runs the command; when it fails the script ends, naming the part.
part() {
  local name=$1 began=$SECONDS status=0
  shift
  echo
  echo "=== $name: $*" | cut -c1-200
  "$@" || status=$?
  local took=$((SECONDS - began))
  if [ $status -ne 0 ]; then
    echo "=== $name FAILED after ${took} s (exit status $status)"
    exit 1
  fi
  summary+=$(printf '%6d s  %s' "$took" "$name")$'\n'
}

# parts_done prints what each part took.
parts_done() {
  echo
  echo "=== all parts passed in $SECONDS s"
  printf '%s' "$summary"
}
