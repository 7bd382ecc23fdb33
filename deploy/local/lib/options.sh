# Command line of deploy/local/cluster, and what is remembered of a cluster. Sourced, bash.

usage() {
  cat <<'USAGE'
Usage: deploy/local/cluster COMMAND [N...] [OPTION...]

Commands
  up           build if needed, start the nodes, wait until they are ready; does nothing if they run already
  status       show each node: state, process, ports
  down [N...]  stop all nodes or those named (SIGTERM; SIGKILL after 20 s)
  start N...   start nodes that are not running
  kill N...    end nodes at once (SIGKILL)
  pause N...   freeze nodes (SIGSTOP)
  resume N...  let frozen nodes go on (SIGCONT)
  logs N       show the end of a node's log; with --follow go on showing it
  wipe         stop all nodes and delete everything the cluster has stored

Options
  --data DIR       where the cluster lives; default .quorate/cluster-OFFSET in the checkout
  --port-offset N  added to every port, 0 to 50000: several clusters can run side by side; default 0
  --nodes N        how many nodes, 1 to 9; default 3
  --bind HOST      the address to listen on; default 127.0.0.1
  --dist FILE      run this quorate-VERSION.tar.gz instead of building one
  --timeout N      seconds that "up" waits for the nodes; default 120
  --follow, -f     with logs

Ports, each plus the offset, of nodes 1, 2, 3: AMQP 5672, 5673, 5674; admin 7671, 7672, 7673; Raft 6671, 6672, 6673;
HTTP (health, metrics) 15692, 15693, 15694. "up" remembers --nodes, --port-offset and --bind in the data directory.

Environment: JAVA_HOME (17 or newer), QUORATE_HEAP (heap of each node), QUORATE_JAVA_OPTS, and every setting of a node
(docs/configuration.md), such as QUORATE_LOG_LEVEL=debug, when a node is started.
USAGE
}

say() { printf '%s\n' "$*"; }
fail() {
  printf 'cluster: %s\n' "$*" >&2
  exit 1
}
usage_error() {
  printf 'cluster: %s; try deploy/local/cluster --help\n' "$*" >&2
  exit 2
}

command='' data='' offset='' nodes='' bind_host='' dist_file='' timeout_s=120 follow=''
numbers=()

parse_options() {
  local given_offset='' given_nodes='' given_bind=''
  while [ $# -gt 0 ]; do
    local option=$1 value=''
    shift
    case $option in
      -h | --help)
        usage
        exit 0
        ;;
      -f | --follow)
        follow=yes
        continue
        ;;
      --*=*)
        value=${option#*=}
        option=${option%%=*}
        ;;
      --data | --port-offset | --nodes | --bind | --dist | --timeout)
        [ $# -gt 0 ] || usage_error "$option needs a value"
        value=$1
        shift
        ;;
    esac
    case $option in
      --data) data=$value ;;
      --port-offset) given_offset=$(number "$option" "$value" 0 50000) || exit 2 ;;
      --nodes) given_nodes=$(number "$option" "$value" 1 9) || exit 2 ;;
      --bind) given_bind=$value ;;
      --dist) dist_file=$(absolute "$value") ;;
      --timeout) timeout_s=$(number "$option" "$value" 1 3600) || exit 2 ;;
      -*) usage_error "there is no option $option" ;;
      *) if [ -z "$command" ]; then command=$option; else numbers+=("$option"); fi ;;
    esac
  done
  if [ -z "$command" ]; then
    usage
    exit 2
  fi
  locate_cluster "$given_offset" "$given_nodes" "$given_bind"
  check_numbers
}

number() {
  if ! [[ $2 =~ ^[0-9]{1,6}$ ]] || [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
    printf 'cluster: %s must be a number from %s to %s, not "%s"\n' "$1" "$3" "$4" "$2" >&2
    return 1
  fi
  printf '%d' "$((10#$2))"
}

absolute() {
  case $1 in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$PWD" "$1" ;;
  esac
}

# The cluster's directory and shape: what was given, else what "up" remembered, else the defaults.
locate_cluster() {
  local remembered_offset='' remembered_nodes='' remembered_bind='' name value
  if [ -z "$data" ]; then
    data=$root/.quorate/cluster-${1:-0}
  fi
  data=$(absolute "$data")
  if [ -r "$data/cluster.conf" ]; then
    while IFS='=' read -r name value; do
      case $name in
        port-offset) remembered_offset=$value ;;
        nodes) remembered_nodes=$value ;;
        bind) remembered_bind=$value ;;
      esac
    done <"$data/cluster.conf"
  fi
  agree --port-offset "$1" "$remembered_offset"
  agree --nodes "$2" "$remembered_nodes"
  agree --bind "$3" "$remembered_bind"
  offset=${1:-${remembered_offset:-0}}
  nodes=${2:-${remembered_nodes:-3}}
  bind_host=${3:-${remembered_bind:-127.0.0.1}}
  # What a wildcard is reached by from this machine.
  case $bind_host in
    0.0.0.0 | '::' | '*') reach_host=127.0.0.1 ;;
    *) reach_host=$bind_host ;;
  esac
}

agree() {
  if [ -n "$2" ] && [ -n "$3" ] && [ "$2" != "$3" ]; then
    fail "the cluster in $data was made with $1 $3, not $2; leave it out, wipe the cluster first, or take another --data"
  fi
}

remember_cluster() {
  mkdir -p "$data"
  printf 'port-offset=%s\nnodes=%s\nbind=%s\n' "$offset" "$nodes" "$bind_host" >"$data/cluster.conf.tmp"
  mv "$data/cluster.conf.tmp" "$data/cluster.conf"
}

check_numbers() {
  local n
  for n in ${numbers[@]+"${numbers[@]}"}; do
    number "the node" "$n" 1 "$nodes" >/dev/null || exit 2
  done
  case $command in
    start | kill | pause | resume)
      [ ${#numbers[@]} -gt 0 ] || usage_error "$command needs the number of a node, 1 to $nodes"
      ;;
    logs) [ ${#numbers[@]} -eq 1 ] || usage_error "logs needs the number of one node, 1 to $nodes" ;;
    up | status | wipe) [ ${#numbers[@]} -eq 0 ] || usage_error "$command takes no numbers of nodes" ;;
  esac
}

# The nodes that a command is about: those named, else all.
chosen_nodes() {
  if [ ${#numbers[@]} -gt 0 ]; then
    printf '%s\n' "${numbers[@]}" | sort -un
  else
    seq 1 "$nodes"
  fi
}
