# Gets a distribution to run: installs what is missing, builds, unpacks. Sourced, bash.

# shellcheck source=../../../node/src/main/dist/bin/find-java.sh
. "$root/node/src/main/dist/bin/find-java.sh"

# Unpacks the distribution to $data/dist unless that is there already. A cluster keeps its own copy, so that a build does
# not pull the jars from under running nodes.
prepare_distribution() {
  local archive stamp
  if [ -n "$dist_file" ]; then
    [ -r "$dist_file" ] || fail "$dist_file cannot be read"
    archive=$dist_file
  else
    build_if_needed
    archive=$(newest_archive)
  fi
  find_java java || install_packages JDK
  find_java java || fail "no Java $JAVA_OLDEST or newer was found; set JAVA_HOME"
  stamp="$archive $(stat -c '%s %Y' "$archive")"
  if [ "$(cat "$data/dist/.stamp" 2>/dev/null || true)" != "$stamp" ]; then
    rm -rf "$data/dist" "$data/dist.tmp"
    mkdir -p "$data/dist.tmp"
    tar -xzf "$archive" -C "$data/dist.tmp" --strip-components=1
    printf '%s\n' "$stamp" >"$data/dist.tmp/.stamp"
    mv "$data/dist.tmp" "$data/dist"
  fi
}

newest_archive() {
  # shellcheck disable=SC2012 # the names are our own
  ls -t "$root"/node/target/quorate-*.tar.gz 2>/dev/null | head -n 1
}

build_if_needed() {
  mkdir -p "$root/.quorate"
  exec 8>"$root/.quorate/build.lock"
  flock 8 2>/dev/null || true
  local archive newer=''
  archive=$(newest_archive)
  if [ -n "$archive" ]; then
    newer=$(cd "$root" && find pom.xml {raft-queue,amqp-frontend,admin-api,node}/{pom.xml,src/main} -newer "$archive" -print -quit 2>/dev/null) || true
  fi
  if [ -z "$archive" ]; then
    say "There is no distribution yet: building one."
    build
  elif [ -n "$newer" ]; then
    say "${newer#./} is newer than the distribution: building it anew."
    build
  fi
  exec 8>&-
}

build() {
  local missing=() log=$data/build.log
  find_java javac || missing+=(JDK)
  command -v mvn >/dev/null || missing+=(maven)
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
  find_java javac || fail "no JDK $JAVA_OLDEST or newer was found; set JAVA_HOME"
  # Maven takes the javac of the path unless JAVA_HOME says otherwise; that may be an old one.
  export JAVA_HOME=$JAVA_FOUND
  say "Building with Maven on Java $JAVA_VERSION_FOUND (the whole output: $log)"
  if ! (cd "$root" && mvn -B -Dmaven.test.skip -Dfast -pl node -am package 2>&1) | tee "$log" | show_progress; then
    grep -E '^\[ERROR\] *[^ ]' "$log" | grep -Ev 'Help 1|re-run Maven|For more|After correcting|mvn <args>' |
      head -n 20 >&2 || tail -n 20 "$log" >&2
    fail "the build failed"
  fi
  [ -n "$(newest_archive)" ] || fail "the build made no distribution; see $log"
}

# Says which module is being built, and how many files have been fetched.
show_progress() {
  awk '
    /^\[INFO\] Building .*\[[0-9]+\/[0-9]+\]$/ { sub(/^\[INFO\] /, "  "); print; fflush() }
    /^\[INFO\] Downloaded from/ || /^Downloaded from/ {
      if (++fetched % 50 == 0) { print "  " fetched " files fetched"; fflush() }
    }'
}

# install_packages NAME...: with apt-get; JDK stands for the newest one that this Debian or Ubuntu has.
install_packages() {
  local as_root=() packages=() name
  command -v apt-get >/dev/null || fail "this needs $* ($JAVA_OLDEST or newer); install it and call again"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "this needs $* ($JAVA_OLDEST or newer); install it and call again"
    as_root=(sudo)
  fi
  say "This machine lacks: $*. Installing with apt-get."
  ${as_root[@]+"${as_root[@]}"} apt-get update -qq || fail "apt-get update failed"
  for name in "$@"; do
    [ "$name" != JDK ] || name=$(jdk_package)
    packages+=("$name")
  done
  say "  ${packages[*]}"
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${packages[@]}" >/dev/null || fail "apt-get could not install ${packages[*]}"
  hash -r
}

jdk_package() {
  local version
  for version in 25 21 17; do
    if apt-cache show "openjdk-$version-jdk-headless" >/dev/null 2>&1; then
      printf 'openjdk-%s-jdk-headless' "$version"
      return
    fi
  done
  printf 'openjdk-%s-jdk-headless' "$JAVA_OLDEST"
}
