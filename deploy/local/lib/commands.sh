# The commands of deploy/local/cluster. Sourced, bash.

command_up() {
  mkdir -p "$data"
  exec 9>"$data/up.lock"
  flock -n 9 2>/dev/null || fail "another \"up\" for $data is under way"
  local n stopped=()
  for n in $(seq 1 "$nodes"); do
    is_running "$n" || stopped+=("$n")
  done
  if [ ${#stopped[@]} -eq 0 ]; then
    say "The cluster is running already."
    command_status
    return
  fi
  if [ ${#stopped[@]} -eq "$nodes" ]; then
    prepare_distribution
  fi
  check_ports "${stopped[@]}"
  remember_cluster
  for n in "${stopped[@]}"; do
    launch_node "$n"
    say "Started node $n (process $(node_pid "$n" || echo gone), log $(node_log "$n"))"
  done
  wait_ready "${stopped[@]}"
  show_next_steps
}

# Waits until all nodes are ready; shows the log of one that ends instead, and stops those that this call has started.
wait_ready() {
  local deadline=$((SECONDS + timeout_s)) n next=$((SECONDS + 5)) waiting said=' '
  while :; do
    waiting=''
    for n in $(seq 1 "$nodes"); do
      if ! is_running "$n"; then
        say "cluster: node $n ended while it started" >&2
        show_log_end "$n"
        stop_nodes "$@" >&2
        exit 1
      fi
      if [ "$(health "$n")" != ready ]; then
        waiting+=" $n"
      elif [[ $said != *" $n "* ]]; then
        say "Node $n is ready"
        said+="$n "
      fi
    done
    [ -n "$waiting" ] || return 0
    if [ "$SECONDS" -ge "$deadline" ]; then
      for n in $waiting; do
        say "cluster: node $n is not ready after $timeout_s s: $(health "$n")" >&2
        show_log_end "$n"
      done
      fail "not all nodes are ready; those that run were left running"
    fi
    if [ "$SECONDS" -ge "$next" ]; then
      for n in $waiting; do
        say "  waiting for node $n: $(health "$n" | cut -c 1-200)"
      done
      next=$((SECONDS + 5))
    fi
    sleep 0.2
  done
}

show_next_steps() {
  local n cli=$data/dist/bin/quorate self=deploy/local/cluster arguments=''
  [ "$data" = "$root/.quorate/cluster-0" ] || arguments=" --data $data"
  [ "$PWD" = "$root" ] || self=$root/$self
  cat <<TEXT

A cluster of $nodes is ready. Connect an AMQP 0-9-1 client to any node (user guest, password guest):
$(for n in $(seq 1 "$nodes"); do say "  amqp://guest:guest@$reach_host:$(amqp_port "$n")/%2f"; done)

Try next:
  $cli --endpoint $(admin_endpoints) cluster status
  $self kill 1$arguments        (clients on the other nodes go on)
  $self start 1$arguments
  $self down$arguments
Health and metrics: http://$reach_host:$(http_port 1)/health/ready, http://$reach_host:$(http_port 1)/metrics
TEXT
}

command_status() {
  local n pid state running=0
  [ -e "$data/cluster.conf" ] || {
    say "There is no cluster in $data."
    exit 1
  }
  printf '%-5s %-8s %-22s %-22s %-22s %s\n' node process AMQP admin HTTP state
  for n in $(seq 1 "$nodes"); do
    if pid=$(node_pid "$n"); then
      running=$((running + 1))
      if [ "$(process_state "$pid")" = T ]; then
        state=paused
      else
        state=$(health "$n")
        [ "$state" = ready ] || state="not ready: $(cut -c 1-120 <<<"${state:-no answer}")"
      fi
    else
      pid=-
      state=stopped
    fi
    printf '%-5s %-8s %-22s %-22s %-22s %s\n' "$n" "$pid" "$reach_host:$(amqp_port "$n")" \
      "$reach_host:$(admin_port "$n")" "$reach_host:$(http_port "$n")" "$state"
  done
  say "data: $data"
  [ "$running" -gt 0 ] || say "No node is running."
}

command_down() {
  local chosen
  mapfile -t chosen < <(chosen_nodes)
  stop_nodes "${chosen[@]}"
}

stop_nodes() {
  local n running=()
  for n in "$@"; do
    is_running "$n" && running+=("$n")
  done
  if [ ${#running[@]} -eq 0 ]; then
    say "Nothing is running."
    return 0
  fi
  signal_nodes TERM "${running[@]}"
  # One that is paused hears the first signal when it goes on.
  signal_nodes CONT "${running[@]}" >/dev/null
  if ! wait_gone 20 "${running[@]}"; then
    say "Not all nodes stopped within 20 s: killing them."
    signal_nodes KILL "${running[@]}" >/dev/null
    wait_gone 10 "${running[@]}" || fail "some nodes did not even end after SIGKILL"
  fi
  for n in "${running[@]}"; do
    rm -f "$(node_dir "$n")/pid"
  done
  say "Stopped node ${running[*]}."
}

command_start() {
  local n chosen started=() deadline state
  [ -x "$data/dist/bin/quorate-node" ] || fail "there is no cluster in $data; start one with up"
  mapfile -t chosen < <(chosen_nodes)
  for n in "${chosen[@]}"; do
    if is_running "$n"; then
      say "node $n is running already"
    else
      started+=("$n")
    fi
  done
  [ ${#started[@]} -gt 0 ] || return 0
  check_ports "${started[@]}"
  for n in "${started[@]}"; do
    launch_node "$n"
  done
  # Ready it may be only with the others: here it has to be alive.
  deadline=$((SECONDS + timeout_s))
  for n in "${started[@]}"; do
    until state=$(health "$n") && [ -n "$state" ]; do
      if ! is_running "$n"; then
        show_log_end "$n"
        fail "node $n ended while it started"
      fi
      [ "$SECONDS" -lt "$deadline" ] || fail "node $n does not answer after $timeout_s s; see $(node_log "$n")"
      sleep 0.1
    done
    say "Started node $n (process $(node_pid "$n" || echo gone)): $state"
  done
}

command_kill() {
  local chosen
  mapfile -t chosen < <(chosen_nodes)
  signal_nodes KILL "${chosen[@]}"
  wait_gone 10 "${chosen[@]}" || fail "not all nodes ended"
  # Its sockets may outlive the process by a moment, and a start would find its ports taken.
  local attempt
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    (check_ports "${chosen[@]}") >/dev/null 2>&1 && break
    sleep 0.2
  done
  say "Killed node ${chosen[*]}."
}

command_pause() {
  local chosen
  mapfile -t chosen < <(chosen_nodes)
  signal_nodes STOP "${chosen[@]}"
}

command_resume() {
  local chosen
  mapfile -t chosen < <(chosen_nodes)
  signal_nodes CONT "${chosen[@]}"
}

command_logs() {
  local log
  log=$(node_log "${numbers[0]}")
  [ -r "$log" ] || fail "node ${numbers[0]} has no log yet: $log"
  if [ -n "$follow" ]; then
    exec tail -n 100 -F "$log"
  fi
  tail -n 100 "$log"
}

command_wipe() {
  local n
  [ -e "$data/cluster.conf" ] || {
    say "There is no cluster in $data."
    return 0
  }
  mapfile -t numbers < <(seq 1 "$nodes")
  stop_nodes "${numbers[@]}"
  for n in $(seq 1 "$nodes"); do
    rm -rf "$(node_dir "$n")"
  done
  # Only what this script has put there.
  rm -rf "$data/dist" "$data/dist.tmp" "$data/build.log" "$data/up.lock" "$data/cluster.conf"
  rmdir "$data" 2>/dev/null || say "$data holds other files: they were left."
  say "Wiped $data."
}
