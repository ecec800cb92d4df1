#!/bin/sh
# Installs Noren on a box, adds another version beside the present one, or removes it.
#
#   sh install.sh [--root DIR]                        install, or update; a step that is done already is not done again
#   sh install.sh --uninstall [--purge] [--root DIR]  remove it; the data and the settings only with --purge
#   sh install.sh --missing [--root DIR]              print which Debian packages must come first
#
# DIR is the root folder of another system, such as a mounted image; nothing of it is run and nothing in it is started.
# Each version has a folder of its own in /opt/noren. The link `active` points to the version in use, and all other links (units,
# rules, the command) go through `active`: the update happens when that link is replaced.
set -eu
umask 022

HOME_OF_ALL=/opt/noren  # as the box sees it
ENABLED=/etc/systemd/system/multi-user.target.wants/noren.target
DEBIAN_PYTHONS='3.11 3.13'  # of Debian 12 and 13: for these there are wheels
COMPILED=130  # percent of the libraries' size, with what Python compiles of them
PIP_RUNS_ON='import sys; sys.exit(sys.version_info < (3, 10))'

root='' action=install purge='' packaged='' archive='' skip=''

say() { printf 'noren: %s\n' "$*"; }

give_up() {
  printf 'noren: %s\n' "$1" >&2
  exit 1
}

usage() { sed -n '2,/^set /{/^#/!d;s/^# \{0,1\}//;p;}' "$0"; }

read_words() {
  while [ $# -gt 0 ]; do
    case $1 in
      --root)
        [ -d "${2-}" ] || give_up "--root wants a folder, and was given: ${2-nothing}"
        root=$(cd "$2" && pwd -P)
        root=${root%/}
        shift
        ;;
      --uninstall) action=uninstall ;;
      --missing) action=missing ;;
      --purge) purge=yes ;;
      --packaged) packaged=yes ;;  # by the .deb, whose own files the links are
      --archive)  # by the .run: the package begins at that byte of that file
        archive=$2 skip=$3
        shift 2
        ;;
      -h | --help)
        usage
        exit
        ;;
      *) give_up "there is no option $1; --help lists them" ;;
    esac
    shift
  done
  [ -z "$purge" ] || [ $action = uninstall ] || give_up '--purge goes with --uninstall'
}

# on_the_box: whether this is the running system, with a systemd that can start units.
on_the_box() { [ -z "$root" ] && [ -d /run/systemd/system ]; }

may_change() {
  [ -n "$root" ] || [ "$(id -u)" = 0 ] || give_up 'only root may install: run the same with sudo'
}

# about WORD: what package.txt says of it.
about() { sed -n "s/^$1 //p" "$from/package.txt"; }

# --- what the box must have -------------------------------------------------------------------------------------------

# Which machine a program is for, as its own header says (ELF): a 64-bit kernel can carry a 32-bit system.
machine_of() {
  case $(od -An -tx1 -N20 "$1" 2>/dev/null | tr -d ' \n') in
    7f454c4602*3e00) echo x86_64 ;;
    7f454c4602*b700) echo aarch64 ;;
    7f454c4601*) echo 'a 32-bit system' ;;
    *) echo 'another kind of system' ;;
  esac
}

# Sets python to the version the box has. For a box without one look_for_packages prints the line that brings it.
look_at_python() {
  python=$(readlink "$root/usr/bin/python3" || true)
  python=${python##*/}
  python=${python#python}
  case " $DEBIAN_PYTHONS " in
    *" ${python:-none} "*) ;;
    *) give_up "Noren wants the Python of Debian 12 or 13 ($DEBIAN_PYTHONS); /usr/bin/python3 here is ${python:-of no version}" ;;
  esac
  found=$(machine_of "$root/usr/bin/python$python")
  [ "$found" = "$(about machine)" ] || give_up "this file is for $(about machine), and this system is for $found: take the other file"
}

# Prints the Debian packages that are not there, by what they bring.
missing() {
  [ -e "$root/usr/bin/python3" ] || [ -L "$root/usr/bin/python3" ] || printf 'python3 '
  [ -e "$root/usr/sbin/haproxy" ] || printf 'haproxy '
  ls "$root"/usr/lib/*/libzbar.so.0 >/dev/null 2>&1 || printf 'libzbar0 '
  [ -e "$root/usr/bin/systemctl" ] || printf 'systemd '
}

look_for_packages() {
  wanted=$(missing)
  [ -z "$wanted" ] || give_up "first, with a network:  apt-get install --no-install-recommends ${wanted% }"
}

look_for_room() {
  wanted=$(($(about "kib-$python") * COMPILED / 100))
  [ -z "$archive" ] || wanted=$((wanted + $(wc -c <"$archive") / 1024))
  place=$opt
  while [ ! -d "$place" ]; do place=$(dirname "$place"); done
  free=$(df -Pk "$place" | awk 'END { print $4 }')
  # what a run that was killed has left is taken away before
  [ ! -d "$part" ] || free=$((free + $(du -sk "$part" | cut -f 1)))
  [ "$free" -ge "$wanted" ] || give_up "this takes $((wanted / 1024)) MB, and only $((free / 1024)) MB are free in $place"
}

# --- one version, in a folder of its own ------------------------------------------------------------------------------

# same FOLDER: whether it holds just this package, for this Python.
same() {
  cmp -s "$from/SHA256SUMS" "$1/SHA256SUMS" && grep -qx "version = $python" "$1/pyvenv.cfg"
}

# Sets name to the folder of this version. Another build of a version that is there gets a folder beside it: only a link can
# be replaced in one moment, a folder cannot.
name_it() {
  name=$(about version)
  if same "$opt/active"; then
    name=$(readlink "$opt/active")
  elif [ -e "$opt/$name" ] && ! same "$opt/$name"; then
    name=$name-$({ cat "$from/SHA256SUMS" && echo "$python"; } | sha256sum | cut -c 1-8)
  fi
}

# Sets runner to a Python of this machine that can unpack wheels; on the box, the box's own.
find_runner() {
  runner=/usr/bin/python$python
  if [ -n "$root" ]; then
    for runner in "python$python" "/usr/bin/python$python" python3 /usr/bin/python3 none; do
      "$runner" -c "$PIP_RUNS_ON" 2>/dev/null && return
    done
    give_up 'this machine has no Python 3.10 or newer to do this with'
  fi
}

# The platforms of the wheels, as options of pip: without them it would take those of the machine it runs on.
platforms() {
  for wheel in "$1"/wheels/*.whl; do
    wheel=${wheel%.whl}
    printf '%s\n' "${wheel##*-}"
  done | tr . '\n' | sort -u | sed '/^any$/d;s/^/--platform /'
}

look_whether_whole() {
  (cd "$1" && sha256sum --quiet --strict -c SHA256SUMS >/dev/null 2>&1) || give_up 'a file of the package is damaged: copy it here again'
}

unpack() {
  if [ -n "$archive" ]; then
    mkdir "$part/package"
    tail -c "+$skip" "$archive" | tar -x --touch --no-same-owner -C "$part/package"
    look_whether_whole "$part/package"  # a card may say that it has written what it has not
  else
    ln -s "$from" "$part/package"
  fi
}

# Nothing is built: pip takes the wheels whose hashes the package names, from the package and from nowhere else.
put_wheels() {
  packages=$part/lib/python$python/site-packages
  mkdir -p "$packages" "$part/bin" "$part/tmp"
  pip=$(ls "$part"/package/wheels/pip-*.whl)
  # shellcheck disable=SC2046  # several words are meant
  TMPDIR=$part/tmp PIP_CONFIG_FILE=/dev/null "$runner" -I "$pip/pip" --isolated install --quiet \
    --disable-pip-version-check --root-user-action ignore --no-cache-dir --no-compile --no-index --no-deps \
    --require-hashes --only-binary :all: -f "$part/package/wheels" --target "$packages" \
    --implementation cp --python-version "$python" --abi "cp$(echo "$python" | tr -d .)" --abi abi3 --abi none \
    $(platforms "$part/package") -r "$part/package/requirements-$python.txt"
  # a virtual environment (PEP 405), of which the box sees another path than this machine does
  printf 'home = /usr/bin\ninclude-system-site-packages = false\nversion = %s\n' "$python" >"$part/pyvenv.cfg"
  ln -s "/usr/bin/python$python" "$part/bin/python"
  sed "1s|.*|#!$HOME_OF_ALL/$name/bin/python|" "$packages/bin/noren" >"$part/bin/noren"
  chmod 755 "$part/bin/noren"
  rm -rf "${packages:?}/bin"
  mv "$packages/share" "$part/share"
  if "$runner" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$python')"; then
    # what does not compile is no module of anybody's: libraries bring templates and tests, too
    "$runner" -I -m compileall -qq -j 0 -s "$part" -p "$HOME_OF_ALL/$name" "$part/lib" || true
  else
    say "this machine has no Python $python: what is in the image will start slower, until it is compiled there"
  fi
}

# The folder gets its name when all that is in it is on the disk.
fill() {
  mkdir "$part"
  unpack
  find_runner
  put_wheels
  cp -R "$part/package/systemd" "$part/systemd"
  for file in SHA256SUMS package.txt requirements.lock sbom.cdx.json; do cp "$part/package/$file" "$part/$file"; done
  rm -rf "$part/package" "$part/tmp"
  sync -f "$part"
  mv -T "$part" "$opt/$name"
}

# --- what points to it ------------------------------------------------------------------------------------------------

# The files of the box that are links of ours, and what each points to: PLACE TARGET.
links() {
  to=$HOME_OF_ALL/active
  echo "/usr/local/bin/noren $to/bin/noren"
  echo "/usr/local/lib/sysusers.d/noren.conf $to/systemd/noren.sysusers"
  echo "/usr/local/lib/tmpfiles.d/noren.conf $to/systemd/noren.tmpfiles"
  for file in "$1"/systemd/*.rules; do
    echo "/usr/local/lib/udev/rules.d/${file##*/} $to/systemd/${file##*/}"
  done
  for file in "$1"/systemd/noren*.service "$1"/systemd/noren*.target "$1"/systemd/noren*.timer; do
    [ ! -e "$file" ] || echo "/usr/local/lib/systemd/system/${file##*/} $to/systemd/${file##*/}"
  done
}

# units: the folder of the box in which systemd finds our units.
units() { if [ -n "$packaged" ]; then echo /usr/lib/systemd/system; else echo /usr/local/lib/systemd/system; fi; }

# link TARGET PLACE: in one step.
link() {
  [ "$(readlink "$2" || true)" != "$1" ] || return 0
  mkdir -p "$(dirname "$2")"
  ln -sfn "$1" "$2.new"
  mv -fT "$2.new" "$2"
}

# ours PLACE: whether it is a link of an installer, or a link by which `systemctl enable` has enabled a unit of ours.
ours() {
  case $(readlink "$1" || true) in
    "$HOME_OF_ALL"/active/* | "$HOME_OF_ALL"/*/systemd/noren*) ;;
    /usr/lib/systemd/system/noren* | /usr/local/lib/systemd/system/noren*) ;;
    *) return 1 ;;
  esac
}

# put_link PLACE TARGET: a file or link that is not ours stays, such as a link to /dev/null or to another copy of the command.
put_link() {
  if { [ -e "$root$1" ] || [ -L "$root$1" ]; } && ! ours "$root$1"; then
    say "$1 is there already, and stays as it is"
  else
    link "$2" "$root$1"
  fi
}

put_links() {
  links "$opt/$name" | while read -r place target; do put_link "$place" "$target"; done
}

# `systemctl enable` follows links to their end, to the folder of one version, which is removed some day. What it has made
# points to the unit's lasting name again.
keep_enabled() {
  for place in "$root"/etc/systemd/system/noren* "$root"/etc/systemd/system/*.wants/noren*; do
    unit=$(readlink "$place" || true)
    case $unit in
      "$HOME_OF_ALL"/*/systemd/noren*)
        case $place in
          *.wants/*) link "$(units)/${unit##*/}" "$place" ;;
          *) rm -f "$place" ;;  # the same unit under its own name, before that in the folder of units
        esac
        ;;
    esac
  done
}

# The links to files of any version: an older one may have had more of them.
remove_links() {
  for folder in bin lib/sysusers.d lib/tmpfiles.d lib/udev/rules.d lib/systemd/system; do
    for place in "$root/usr/local/$folder"/*; do
      ! ours "$place" || rm -f "$place"
    done
  done
  for folder in sysusers.d tmpfiles.d udev/rules.d udev systemd/system systemd; do
    [ ! -d "$root/usr/local/lib/$folder" ] || rmdir --ignore-fail-on-non-empty "$root/usr/local/lib/$folder"
  done
}

make_accounts() {
  systemd-sysusers --root="${root:-/}" - <"$opt/$name/systemd/noren.sysusers"
  systemd-tmpfiles --root="${root:-/}" --create - <"$opt/$name/systemd/noren.tmpfiles" || {
    [ "$(id -u)" != 0 ] || give_up 'the folders of the settings could not be made'
    say 'who is not root cannot give files away: /etc/noren in that folder is not yet of its owner'
  }
}

# haproxy_is_idle: whether haproxy.service has no settings but those that Debian brings. They can be changed in the unit (such as
# by `systemctl edit`), in its options (which may name another file), and in the file itself.
haproxy_is_idle() {
  for unit in etc/systemd/system run/systemd/system usr/local/lib/systemd/system; do
    for changed in "$root/$unit"/haproxy.service*; do
      if [ -e "$changed" ] || [ -L "$changed" ]; then return 1; fi
    done
  done
  for place in /etc/default/haproxy /etc/haproxy/haproxy.cfg; do
    digest=$(dpkg-query --admindir="$root/var/lib/dpkg" -W -f='${Conffiles}\n' haproxy 2>/dev/null |
      sed -n "s|^ $place \([0-9a-f]*\)\$|\1|p")
    [ -n "$digest" ] || return 1
    printf '%s  %s\n' "$digest" "$root$place" | md5sum --status -c 2>/dev/null || return 1
  done
}

# Debian starts the haproxy that it installs, with settings that serve nothing; the shop's front is a unit of ours (noren-front).
# A haproxy with other settings goes on.
end_idle_haproxy() {
  if haproxy_is_idle; then
    if on_the_box; then
      systemctl --quiet disable --now haproxy.service
    else
      systemctl ${root:+"--root=$root"} --quiet disable haproxy.service
    fi
  fi
}

# --- the actions ------------------------------------------------------------------------------------------------------

# Unfinished files are not left behind; and if nothing was installed, no folder either.
clean_up() {
  rm -rf "$part"
  [ ! -d "$opt" ] || rmdir --ignore-fail-on-non-empty "$opt"
}

# Two installers at once would write into the same folder, or one would remove what the other writes.
lock() {
  mkdir -p "$opt"
  exec 9<"$opt"
  # an --uninstall that ended a moment ago has removed the folder with the lock
  # shellcheck disable=SC3013  # POSIX has -ef since 2024, and dash has it
  { flock -n 9 && [ "$opt" -ef /proc/self/fd/9 ]; } || give_up 'another installer is running: run this again when it has ended'
  trap clean_up EXIT
  trap 'exit 1' HUP INT TERM
  rm -rf "$part"
}

# systemd takes units in /etc before ours: those of an installation made by hand start what this one takes away.
look_for_older_units() {
  for unit in "$root"/etc/systemd/system/noren-*.service; do
    if [ ! -L "$unit" ] && grep -qs /opt/noren/venv "$unit"; then
      give_up "$unit is of an installation made by hand, and starts what is no more: move it and those beside it away, and run this again"
    fi
  done
}

install_noren() {
  if [ -z "$packaged" ] && [ -e "$root/usr/share/noren/package.txt" ]; then
    give_up 'it was installed by apt: take the .deb of this version, and  apt-get install ./noren_….deb'
  fi
  look_for_older_units
  look_for_packages
  look_at_python
  name_it
  if ! same "$opt/$name"; then
    look_for_room
    [ -n "$archive" ] || look_whether_whole "$from"
  fi
  lock
  before=$(readlink "$opt/active" || true)
  same "$opt/$name" || fill
  # until this is gone there is something to finish: the next run starts anew what runs
  [ "$before" = "$name" ] || : >"$opt/.unfinished"
  make_accounts
  # before the links: systemd reads all units for it, and behind the links there is nothing yet
  [ -n "$before" ] || end_idle_haproxy
  if [ -n "$packaged" ]; then remove_links; else put_links; fi
  if [ -z "$before" ] || [ -L "$root$ENABLED" ]; then wanted_at_boot; fi
  keep_enabled
  link "$name" "$opt/active"
  [ -z "$before" ] || [ "$before" = "$name" ] || remove_versions "$name" "$before"
  begin
  rm -f "$opt/.unfinished"
  say "$(about version) is in $HOME_OF_ALL/$name"
}

# As `systemctl enable` does, which wants to read the unit: behind `active` is nothing yet. Once only: who has switched it off
# finds it so after an update.
wanted_at_boot() {
  put_link "$ENABLED" "$(units)/noren.target"
}

# The version before this one stays, so that one can go back to it.
remove_versions() {
  for folder in "$opt"/*; do
    case ${folder##*/} in
      active | "$1" | "${2:-$1}") ;;
      *) rm -rf "$folder" ;;
    esac
  done
}

begin() {
  on_the_box || return 0
  systemctl daemon-reload
  [ -e "$opt/.unfinished" ] || return 0
  if [ -S /run/udev/control ]; then
    udevadm control --reload
    udevadm trigger --subsystem-match=tty --subsystem-match=usb
  fi
  if [ ! -e /etc/noren/noren.toml ]; then
    say "next, its settings: see $HOME_OF_ALL/active/systemd/README.md"
  elif systemctl --quiet is-enabled noren.target; then
    systemctl restart noren.target
  fi
}

uninstall_noren() {
  if [ -z "$packaged" ] && [ -e "$root/usr/share/noren/package.txt" ]; then
    give_up 'it was installed by apt, and goes the same way:  apt-get remove noren  (or purge, with the data)'
  fi
  lock
  if on_the_box; then
    # a unit that was never loaded cannot be stopped
    systemctl --quiet stop noren.target 'noren-*.service' || true
  fi
  for place in "$root"/etc/systemd/system/noren* "$root"/etc/systemd/system/*.wants/noren*; do
    ! ours "$place" || rm -f "$place"
  done
  remove_links
  if on_the_box; then systemctl daemon-reload; fi
  if [ -n "$purge" ]; then
    rm -rf "$root/var/lib/noren" "$root/etc/noren" "$root/etc/credstore.encrypted/noren-data-key" "$root/run/credstore/noren-data-key"
  fi
  rm -rf "$opt"  # last, because the lock is on it
  if [ -n "$purge" ]; then
    say 'it is gone, and so are its data and settings'
  else
    say 'it is gone; its data (/var/lib/noren) and settings (/etc/noren) stay'
  fi
}

read_words "$@"
opt=$root$HOME_OF_ALL
part=$opt/.part
from=$(cd "$(dirname "$0")/.." && pwd -P)
case $action in
  missing)
    missing
    echo
    ;;
  uninstall)
    may_change
    uninstall_noren
    ;;
  install)
    if [ -z "$archive" ] && [ ! -d "$from/wheels" ]; then give_up "there is no package beside $0 to install"; fi
    may_change
    install_noren
    ;;
esac
