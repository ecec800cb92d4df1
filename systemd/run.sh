#!/bin/sh
# Noren @VERSION@ for @MACHINE@: this script, and behind it the package that it installs. As root:  sh FILE  (or --help)
set -eu

SKIP=@SKIP@ SUM=@SUM@ # where the package begins, and what its bytes must hash to

main() {
  if [ "$(tail -c "+$SKIP" "$0" | sha256sum | cut -d ' ' -f 1)" != "$SUM" ]; then
    printf 'noren: %s is damaged or cut off: copy it here again\n' "$0" >&2
    exit 1
  fi
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  trap 'exit 1' HUP INT TERM
  tail -c "+$SKIP" "$0" | tar -x --touch -C "$folder" SHA256SUMS package.txt systemd/install.sh
  sh "$folder/systemd/install.sh" --archive "$0" "$SKIP" "$@"
}

# on one line: what follows it is no script
main "$@"; exit
