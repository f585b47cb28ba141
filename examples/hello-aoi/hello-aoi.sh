#!/usr/bin/env bash
# A whole AOI-CLI source in bash 5: jq makes every string into JSON, the EXIT trap writes the summary on every path.
# Read it from the bottom up. Copy emit, fail, finish and main; they keep the contract, search is yours.
set -u
tool=hello-aoi version=1.0.0 schema_name=com.example.hello.events schema_version=1.0.0
default_limit=1000
titles=$'an apple a day\nAomori, land of apples\nりんご crème, apple pie'
count=0 errors=0 next_cursor='' producer='' stopped='' started_us=${EPOCHREALTIME/[.,]/}
exec 3>&1 {stopping}<> <(:)

# A closed pipe ends the tool without a word: by SIGPIPE, or with 141 where that is ignored. A full disk is 74.
emit() {
  printf '%s\n' "$1" 2>/dev/null >&3 && return
  trap - EXIT
  [[ $(LC_ALL=C printf '\n' 2>&1 >&3) != *'Broken pipe'* ]] || exit 141
  exit 74
}

# STATUS CATEGORY CODE MESSAGE: none of these is retryable.
fail() {
  errors=$((errors + 1))
  emit "$(jq -nc --arg category "$2" --arg code "$3" --arg message "$4" \
    '{type: "aoi:error", $code, $category, $message, retryable: false}')"
  exit "$1"
}

finish() {
  local status=$? ok=true rest='"truncated":false' line now_us=${EPOCHREALTIME/[.,]/}
  trap - EXIT
  if [ -n "$stopped" ]; then trap - INT TERM; else trap '' INT TERM; fi
  [ -z "$producer" ] || kill "$producer" 2>/dev/null
  if [ "$status" != 0 ] && [ "$errors" = 0 ]; then
    errors=1
    emit '{"type":"aoi:error","code":"INTERNAL","category":"internal","message":"a bug in the tool","retryable":false}'
  fi
  [ -z "$next_cursor" ] || rest="\"truncated\":true,\"next_cursor\":\"$next_cursor\""
  [ "$errors" = 0 ] || ok=false rest='"partial":true'
  printf -v line '{"type":"aoi:summary","ok":%s,"count":%d,"error_count":%d,"warning_count":0,"elapsed_ms":%d,%s}' \
    "$ok" "$count" "$errors" $(((now_us - started_us) / 1000)) "$rest"
  emit "$line"
  exit "$status"
}

# The first signal ends the producer, and with it the search; the second ends everything.
stop() {
  if [ -n "$stopped" ]; then
    trap - EXIT
    exit "$1"
  fi
  stopped=$1
  printf x >&"$stopping"
  [ -z "$producer" ] || kill "$producer" 2>/dev/null
}

search() {
  local query='' queries=0 file='' limit=$default_limit cursor=after-0 after end
  while [ $# -gt 0 ]; do
    case $1 in
      --*=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
      --output | --in | --limit | --cursor)
        [ $# -ge 2 ] || fail 64 usage BAD_ARGUMENTS "$1 needs a value"
        case $1 in
          --output) [ "$2" = jsonl ] || fail 64 usage BAD_ARGUMENTS '--output is jsonl' ;;
          --in) file=$2 ;;
          --limit) limit=$2 ;;
          --cursor) cursor=$2 ;;
        esac
        shift
        ;;
      -*) fail 64 usage BAD_ARGUMENTS "there is no flag ${1%%=*}" ;;
      *) query=$1 queries=$((queries + 1)) ;;
    esac
    shift
  done
  [ "$queries" = 1 ] || fail 64 usage BAD_ARGUMENTS 'search takes one query: hello-aoi search QUERY'
  [[ $limit =~ ^[0-9]{1,15}$ ]] || fail 64 usage BAD_ARGUMENTS '--limit takes a whole number'
  [[ $cursor =~ ^after-([0-9]{1,15})$ ]] || fail 65 validation CURSOR_INVALID '--cursor takes a next_cursor of ours'
  after=${BASH_REMATCH[1]}
  [ -z "$file" ] || [ -e "$file" ] || fail 66 not_found FILE_NOT_FOUND "there is no $file"
  [[ -z $file || (-f $file && -r $file) ]] || fail 74 io FILE_UNREADABLE "cannot read $file"

  exec {input}< <(if [ -z "$file" ]; then printf '%s\n' "$titles"; else exec cat -- "$file"; fi)
  exec {hits}< <(exec jq -nRc --unbuffered --arg query "$query" --argjson after "$after" '
    (foreach inputs as $title (0; . + 1; select(. > $after and ($title | contains($query)))
      | {type: "hit", rank: ., id: "doc_\(.)", $title})), "end"' <&"$input" 2>/dev/null)
  producer=$!
  [ -z "$stopped" ] || kill "$producer"
  exec {tally}< <(print_hits "$limit" "$after" <&"$hits")
  read -r count end next_cursor <&"$tally"
  [ -z "$stopped" ] || fail "$stopped" cancelled INTERRUPTED "stopped by signal $((stopped - 128))"
  [ "$end" = end ] || fail 70 internal SEARCH_FAILED 'jq could not search'
}

# In a process of its own that no signal interrupts: what it counts is what was written. A byte in a pipe tells it to stop.
print_hits() {
  local limit=$1 last=$2 printed=0 hit
  trap '' INT TERM
  while IFS= read -r hit && [ "$hit" != '"end"' ] && ! read -t 0 -u "$stopping"; do
    [ "$printed" -lt "$limit" ] || break
    emit "$hit"
    printed=$((printed + 1))
    [[ $hit =~ \"rank\":([0-9]+) ]] && last=${BASH_REMATCH[1]}
  done
  case $hit in
    '"end"') printf '%d end\n' "$printed" ;;
    '') printf '%d cut\n' "$printed" ;;
    *) printf '%d end after-%d\n' "$printed" "$last" ;;
  esac
}

capabilities() {
  cat <<EOF
{"tool":"$tool","tool_version":"$version","aoi_versions":["0.2"],
"schemas":[{"name":"$schema_name","versions":["$schema_version"],"default":"$schema_version"}],
"commands":[{"name":"search","read_only":true,"bounded":true,"supports_cursor":true,"supports_dry_run":false,
"supports_idempotency_key":false,"destructive":false,"requires_confirm":false,
"event_types":["aoi:meta","hit","aoi:error","aoi:summary"]}]}
EOF
}

schema() {
  cat <<EOF
{"\$schema":"https://json-schema.org/draft/2020-12/schema","title":"$schema_name@$schema_version","anyOf":[
{"type":"object","properties":{"type":{"const":"hit"},"rank":{"type":"integer","minimum":1},
"id":{"type":"string"},"title":{"type":"string"}},"required":["type","rank","id","title"]},
{"type":"object","properties":{"type":{"type":"string","pattern":"^aoi:"}}}]}
EOF
}

main() {
  local command=$tool
  case ${1-} in
    capabilities | schema) "$1" && exit ;;
    --version) printf '%s %s\n' "$tool" "$version" && exit ;;
    --help) printf '%s\n' "$tool search QUERY [--in FILE] [--limit N] [--cursor CURSOR]" && exit ;;
    search) command=search ;;
  esac
  trap finish EXIT
  trap 'stop 130' INT
  trap 'stop 143' TERM
  emit "{\"type\":\"aoi:meta\",\"tool\":\"$tool\",\"tool_version\":\"$version\",\"aoi_version\":\"0.2\",\
\"schema_name\":\"$schema_name\",\"schema_version\":\"$schema_version\",\"command\":\"$command\"}"
  [ "$command" = search ] || fail 64 usage NO_SUCH_COMMAND "there is search, capabilities and schema"
  search "${@:2}"
}

main "$@"
