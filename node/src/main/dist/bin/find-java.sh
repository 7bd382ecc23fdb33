# Finds a JDK or JRE; sourced by the scripts beside it and by the local launcher. POSIX sh.
#
#   find_java java     sets JAVA_FOUND to the home of the Java to run with: JAVA_HOME if that is 17 or newer, else
#                      the newest one installed that is; JAVA_VERSION_FOUND to its version (17, 21, 25)
#   find_java javac    the same, of those that have a compiler
#
# Returns 1 if there is none.

JAVA_OLDEST=17

# The feature version (8, 11, 17) of the Java installed in $1; nothing if there is none.
java_version_in() {
  [ -x "$1/bin/${2:-java}" ] || return 0
  _version=''
  if [ -r "$1/release" ]; then
    _version=$(sed -n 's/^JAVA_VERSION="\([^"]*\)".*/\1/p' "$1/release")
  fi
  if [ -z "$_version" ]; then
    _version=$("$1/bin/java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
  fi
  case $_version in
    1.*) _version=${_version#1.} ;;
  esac
  printf '%s\n' "${_version%%[!0-9]*}"
}

find_java() {
  _tool=${1:-java}
  JAVA_FOUND=''
  JAVA_VERSION_FOUND=0
  if [ -n "${JAVA_HOME:-}" ]; then
    _v=$(java_version_in "$JAVA_HOME" "$_tool")
    if [ "${_v:-0}" -ge "$JAVA_OLDEST" ]; then
      JAVA_FOUND=$JAVA_HOME
      JAVA_VERSION_FOUND=$_v
      return 0
    fi
  fi
  _on_path=$(command -v "$_tool" 2>/dev/null) || _on_path=''
  if [ -n "$_on_path" ]; then
    _on_path=$(readlink -f "$_on_path" 2>/dev/null || printf '%s' "$_on_path")
    _on_path=$(dirname "$(dirname "$_on_path")")
  fi
  for _home in "$_on_path" /usr/lib/jvm/* /opt/java/* /opt/jdk* /usr/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/nonexistent}"/.sdkman/candidates/java/*; do
    [ -n "$_home" ] && [ -d "$_home" ] || continue
    _v=$(java_version_in "$_home" "$_tool")
    if [ "${_v:-0}" -ge "$JAVA_OLDEST" ] && [ "$_v" -gt "$JAVA_VERSION_FOUND" ]; then
      JAVA_FOUND=$_home
      JAVA_VERSION_FOUND=$_v
    fi
  done
  [ -n "$JAVA_FOUND" ]
}
