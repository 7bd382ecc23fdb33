# The nodes of a cluster as processes: ports, process ids, signals, health. Sourced, bash.

amqp_port() { printf '%d' $((5671 + $1 + offset)); }
admin_port() { printf '%d' $((7670 + $1 + offset)); }
raft_port() { printf '%d' $((6670 + $1 + offset)); }
http_port() { printf '%d' $((15691 + $1 + offset)); }

node_dir() { printf '%s/node-%d' "$data" "$1"; }
node_log() { printf '%s/node-%d/node.log' "$data" "$1"; }

# When a process began, in a form that tells it from a later one with the same id.
process_start() {
  local stat
  if [ -r "/proc/$1/stat" ]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # After the name, which may hold blanks and brackets, the 20th field is the start time.
    stat=${stat##*) }
    printf '%s' "$stat" | cut -d ' ' -f 20
  else
    ps -p "$1" -o lstart= 2>/dev/null
  fi
}

# The process id of a running node; fails if it does not run. A process that took over the id of a dead node is not ours.
node_pid() {
  local pid start
  { read -r pid start <"$(node_dir "$1")/pid"; } 2>/dev/null || return 1
  [[ $pid =~ ^[0-9]+$ ]] && [ -n "$start" ] || return 1
  [ "$(process_start "$pid")" = "$start" ] && [ "$(process_state "$pid")" != Z ] && printf '%s' "$pid"
}

process_state() {
  local stat
  if [ -r "/proc/$1/stat" ]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    printf '%s' "${stat%% *}"
  else
    ps -p "$1" -o state= 2>/dev/null | cut -c 1
  fi
}

is_running() { node_pid "$1" >/dev/null; }

# signal_nodes SIGNAL N...: at once to all of them that run; says which do not.
signal_nodes() {
  local signal=$1 pids=() n pid
  shift
  for n in "$@"; do
    if pid=$(node_pid "$n"); then
      pids+=("$pid")
    else
      say "node $n is not running"
    fi
  done
  [ ${#pids[@]} -eq 0 ] || kill "-$signal" "${pids[@]}"
}

# Waits until none of the nodes runs; fails after $1 seconds.
wait_gone() {
  local deadline=$((SECONDS + $1)) n
  shift
  for n in "$@"; do
    while is_running "$n"; do
      [ "$SECONDS" -lt "$deadline" ] || return 1
      sleep 0.1
    done
  done
}

# http_get PORT PATH: the answer of a node, status line first; fails if there is none within 2 s.
http_get() {
  timeout 2 bash -c '
    exec 3<>"/dev/tcp/$1/$2" &&
      printf "GET %s HTTP/1.1\r\nhost: %s\r\nconnection: close\r\n\r\n" "$3" "$1" >&3 && cat <&3' \
    http_get "$reach_host" "$1" "$2" 2>/dev/null | tr -d '\r'
}

# What /health/ready says: "ready", what is missing in one line, or nothing if there is no answer.
health() {
  http_get "$(http_port "$1")" /health/ready |
    sed '1,/^$/d' | grep -v '^not ready$' | paste -s -d ';' - | sed 's/;/; /g' || true
}

is_taken() { (exec 3<>"/dev/tcp/$reach_host/$1") 2>/dev/null; }

# Says which ports of the nodes given are taken; fails if any is.
check_ports() {
  local n use port taken=()
  for n in "$@"; do
    for use in amqp admin raft http; do
      port=$("${use}_port" "$n")
      if is_taken "$port"; then
        taken+=("$port (${use} of node $n$(port_holder "$port"))")
      fi
    done
  done
  if [ ${#taken[@]} -gt 0 ]; then
    say "cluster: these ports are in use by others:" >&2
    printf '  %s\n' "${taken[@]}" >&2
    fail "free them, or choose another --port-offset"
  fi
}

port_holder() {
  local holder=''
  if command -v ss >/dev/null; then
    holder=$(ss -Hltnp "sport = :$1" 2>/dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1, process \2/p' |
      head -n 1)
  fi
  [ -z "$holder" ] || printf ': %s' "$holder"
}

cluster_nodes() {
  local n list=''
  for n in $(seq 1 "$nodes"); do
    list+=${list:+,}$n@$reach_host:$(raft_port "$n")
  done
  printf '%s' "$list"
}

admin_endpoints() {
  local n list=''
  for n in $(seq 1 "$nodes"); do
    list+=${list:+,}$reach_host:$(admin_port "$n")
  done
  printf '%s' "$list"
}

# A fifth of the memory, at most 1 GiB: three nodes and their clients share the machine.
default_heap() {
  local kib
  kib=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo 2>/dev/null || true)
  local mib=$((${kib:-5242880} / 1024 / 5))
  printf '%dm' $((mib > 1024 ? 1024 : mib < 256 ? 256 : mib))
}

# Starts the process of a node and notes its id.
launch_node() {
  local n=$1 directory log pid own_session=()
  directory=$(node_dir "$n")
  log=$(node_log "$n")
  mkdir -p "$directory"
  if [ -f "$log" ] && [ "$(stat -c %s "$log")" -gt 50000000 ]; then
    mv "$log" "$log.1"
  fi
  # A session of its own: Ctrl-C at the terminal and its end do not reach the node.
  command -v setsid >/dev/null && own_session=(setsid)
  QUORATE_HEAP=${QUORATE_HEAP:-$(default_heap)} \
    ${own_session[@]+"${own_session[@]}"} nohup "$data/dist/bin/quorate-node" \
    --cluster-name local --node-id "$n" --cluster-nodes "$(cluster_nodes)" --bind-host "$bind_host" \
    --amqp-port "$(amqp_port "$n")" --admin-port "$(admin_port "$n")" --http-port "$(http_port "$n")" \
    --data-dir "$directory/data" </dev/null >>"$log" 2>&1 8>&- 9>&- &
  pid=$!
  disown "$pid" 2>/dev/null || true
  printf '%s %s\n' "$pid" "$(process_start "$pid")" >"$directory/pid"
}

show_log_end() {
  say "--- the end of $(node_log "$1"):" >&2
  tail -n "${2:-20}" "$(node_log "$1")" >&2 || true
  say "---" >&2
}
