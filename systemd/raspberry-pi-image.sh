#!/bin/sh
# Puts Noren into an image of 64-bit Raspberry Pi OS, before it is written to cards; nothing more is to be done on the box.
#
#   sudo sh raspberry-pi-image.sh IMAGE.img noren-VERSION-aarch64.run
#
# It makes room in the image if there is too little, brings Debian's own packages (this machine's network; the image is
# entered with chroot, which needs Debian's qemu-user-static on a machine with another processor), and runs the installer
# with --root. A second run changes nothing; after a run that was interrupted it completes the image.
set -eu

ROOM=1024      # MB free in the image's root: what Noren takes, twice, for an update
GROW=1536      # MB by which an image with less is grown
SECTOR=512     # bytes, of a partition table on a card
TOOLS='losetup sfdisk e2fsck resize2fs'
POLICY=/usr/sbin/policy-rc.d  # invoke-rc.d(8): while it says 101, nothing that is installed is started
NAMES=/etc/resolv.conf
KEPT=/.noren-kept  # the image's own two files, while this machine's are in their places

say() { printf 'noren: %s\n' "$*"; }

give_up() {
  printf 'noren: %s\n' "$1" >&2
  exit 1
}

usage() { sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//;p;}' "$0"; }

# Prints number, first sector and sectors of the image's root: its last Linux partition.
find_root() {
  sfdisk --json "$image" 2>/dev/null | python3 -c '
import json, sys
LINUX = {"83", "0FC63DAF-8483-4772-8E79-3D69D8477DE4"}  # types in a table of MS-DOS and of GPT
parts = json.load(sys.stdin)["partitiontable"]["partitions"]
for number, part in reversed(list(enumerate(parts, 1))):
    if part["type"].upper() in LINUX:
        print(number, part["start"], part["size"])
        break
else:
    sys.exit(1)' 2>/dev/null || give_up "$image has no Linux partition: is it an image of Raspberry Pi OS, and unpacked (.img)?"
}

# Sets device to the image's root, as a disk.
attach() {
  read -r number start sectors <<EOT
$(find_root)
EOT
  [ -n "${sectors-}" ] || exit 1  # it has said why
  device=$(losetup --find --show --offset $((start * SECTOR)) --sizelimit $((sectors * SECTOR)) "$image") ||
    give_up 'no loop device can be had here: is this a container without them?'
}

enter() {
  mount -t ext4 "$device" "$folder"
  put_back  # after a run that was killed
}

leave() {
  if mountpoint -q "$folder"; then
    put_back
    umount -R "$folder"
  fi
  if [ -n "$device" ]; then losetup --detach "$device"; fi
  device=''
}

make_room() {
  free=$(df -Pm "$folder" | awk 'END { print $4 }')
  [ "$free" -lt "$ROOM" ] || return 0
  leave
  say "the image has $free MB left: it is grown by $GROW MB"
  truncate -s "+${GROW}M" "$image"
  echo ', +' | sfdisk --quiet --no-reread --no-tell-kernel -N "$number" "$image" >/dev/null
  attach
  # 1: it has mended something, as after every image that was not shut down
  e2fsck -f -p "$device" >/dev/null || [ $? = 1 ] || give_up "the image's file system is damaged: e2fsck says more"
  resize2fs "$device" >/dev/null 2>&1
  enter
}

# replace PLACE: the image's own file there, or the note that there is none, is kept until put_back.
replace() {
  kept=$folder$KEPT/${1##*/}
  mkdir -p "$folder$KEPT"
  if [ -e "$folder$1" ] || [ -L "$folder$1" ]; then
    cp -a "$folder$1" "$kept.part"
    mv -T "$kept.part" "$kept"
    rm "$folder$1"
  else
    : >"$kept.none"
  fi
  cat >"$folder$1"
}

# Puts the image's own files back to their places. It may be killed anywhere and run again.
put_back() {
  for place in "$POLICY" "$NAMES"; do
    kept=$folder$KEPT/${place##*/}
    if [ -e "$kept" ] || [ -L "$kept" ]; then
      mv -fT "$kept" "$folder$place"
    elif [ -e "$kept.none" ]; then
      rm -f "$folder$place"
    fi
  done
  rm -rf "${folder:?}$KEPT"
}

# The image's own apt installs Debian's packages; nothing that it installs is started on this machine.
bring_packages() {
  packages=$(sh "$run" --missing --root "$folder")
  packages=${packages% }
  [ -n "$packages" ] || return 0
  chroot "$folder" /bin/true 2>/dev/null ||
    give_up "the image needs $packages, and nothing of it runs on this $(uname -m): apt-get install qemu-user-static, then again"
  mount -t proc proc "$folder/proc"
  mount -t sysfs sysfs "$folder/sys"
  mount --bind /dev "$folder/dev"
  printf '#!/bin/sh\nexit 101\n' | replace "$POLICY"
  chmod 755 "$folder$POLICY"
  replace "$NAMES" </etc/resolv.conf
  failed=''
  # shellcheck disable=SC2086  # several words are meant
  { chroot "$folder" apt-get -q update && chroot "$folder" env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends $packages && chroot "$folder" apt-get clean; } || failed=yes
  put_back
  [ -z "$failed" ] || give_up "apt could not bring $packages into the image"
}

case ${1-} in
  -h | --help)
    usage
    exit
    ;;
esac
[ $# = 2 ] || give_up 'it wants an image and a .run: --help says more'
image=$1 run=$2
for file in "$image" "$run"; do [ -f "$file" ] || give_up "there is no file $file"; done
[ "$(id -u)" = 0 ] || give_up 'only root may mount an image: run the same with sudo'
for tool in $TOOLS; do
  command -v "$tool" >/dev/null || give_up "please install first:  apt-get install e2fsprogs fdisk mount"
done
folder=$(mktemp -d) device=''
trap 'trap "" HUP INT QUIT PIPE TERM; leave; rmdir "$folder"' EXIT
trap 'exit 1' HUP INT QUIT PIPE TERM
attach
enter
make_room
bring_packages
sh "$run" --root "$folder"
leave
say "$image is ready to be written to cards"
