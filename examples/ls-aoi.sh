#!/usr/bin/env bash
# Wraps a tool that does not speak AOI: the entries of a folder as events. It asks find for fields separated by
# characters a name cannot hold, and never reads a table made for people. Needs bash 5, GNU find and sort, jq, iconv.
set -u
export LC_ALL=C
tool=ls-aoi version=1.0.0 schema_name=com.example.ls.events schema_version=1.0.0
count=0 errors=0 truncated=false producer='' stopped='' started_us=${EPOCHREALTIME/[.,]/}
exec 3>&1 {stopping}<> <(:)

# A closed pipe ends the tool without a word: by SIGPIPE, or with 141 where that is ignored. A full disk is 74.
emit() {
  printf '%s\n' "$1" 2>/dev/null >&3 && return
  trap - EXIT
  [[ $(printf '\n' 2>&1 >&3) != *'Broken pipe'* ]] || exit 141
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
  local status=$? ok=true rest="\"truncated\":$truncated" line now_us=${EPOCHREALTIME/[.,]/}
  trap - EXIT
  if [ -n "$stopped" ]; then trap - INT TERM; else trap '' INT TERM; fi
  if [ "$status" != 0 ] && [ "$errors" = 0 ]; then
    errors=1
    emit '{"type":"aoi:error","code":"INTERNAL","category":"internal","message":"a bug in the tool","retryable":false}'
  fi
  [ "$errors" = 0 ] || ok=false rest='"partial":true'
  printf -v line '{"type":"aoi:summary","ok":%s,"count":%d,"error_count":%d,"warning_count":0,"elapsed_ms":%d,%s}' \
    "$ok" "$count" "$errors" $(((now_us - started_us) / 1000)) "$rest"
  emit "$line"
  exit "$status"
}

# The first signal ends the producer, and with it the listing; the second ends everything.
stop() {
  if [ -n "$stopped" ]; then
    trap - EXIT
    exit "$1"
  fi
  stopped=$1
  printf x >&"$stopping"
  [ -z "$producer" ] || kill "$producer" 2>/dev/null
}

list() {
  local folder=. limit=1000 end
  while [ $# -gt 0 ]; do
    case $1 in
      --*=*)
        set -- "${1%%=*}" "${1#*=}" "${@:2}"
        continue
        ;;
      --output | --limit)
        [ $# -ge 2 ] || fail 64 usage BAD_ARGUMENTS "$1 needs a value"
        case $1 in
          --output) [ "$2" = jsonl ] || fail 64 usage BAD_ARGUMENTS '--output is jsonl' ;;
          --limit) limit=$2 ;;
        esac
        shift
        ;;
      -*) fail 64 usage BAD_ARGUMENTS "there is no flag ${1%%=*}; a folder so named is ./NAME" ;;
      *) folder=$1 ;;
    esac
    shift
  done
  [[ $limit =~ ^[0-9]{1,15}$ ]] || fail 64 usage BAD_ARGUMENTS '--limit takes a whole number'
  [ -e "$folder" ] || fail 66 not_found FOLDER_NOT_FOUND "there is no $folder"
  [ -d "$folder" ] || fail 65 validation NOT_A_FOLDER "$folder is no folder"
  [[ -r $folder && -x $folder ]] || fail 77 authz FOLDER_UNREADABLE "$folder may not be read"

  exec {entries}< <(find "$folder" -mindepth 1 -maxdepth 1 -printf '%f/%M/%s/%y\0' 2>/dev/null | sort -z)
  producer=$!
  [ -z "$stopped" ] || kill "$producer"
  exec {tally}< <(print_entries "$limit" <&"$entries")
  read -r count truncated <&"$tally"
  [ -z "$stopped" ] || fail "$stopped" cancelled INTERRUPTED "stopped by signal $((stopped - 128))"
}

# In a process of its own that no signal interrupts: what it counts is what was written. A byte in a pipe tells it to stop.
print_entries() {
  local limit=$1 printed=0 entry name mode size kind field
  trap '' INT TERM
  while IFS= read -r -d '' entry && ! read -t 0 -u "$stopping"; do
    if [ "$printed" -ge "$limit" ]; then
      printf '%d true\n' "$printed"
      return
    fi
    kind=${entry##*/} entry=${entry%/*}
    size=${entry##*/} entry=${entry%/*}
    mode=${entry##*/} name=${entry%/*}
    name_field "$name"
    emit "{\"type\":\"entry\",$field,\"mode\":\"$mode\",\"size\":$size,\"kind\":\"$kind\"}"
    printed=$((printed + 1))
  done
  printf '%d false\n' "$printed"
}

# Sets `field`. A name of plain characters is JSON as it is, jq quotes any other; of one that is no UTF-8 it shows what it
# can, and name_base64 has it exactly.
name_field() {
  if [[ $1 != *[!A-Za-z0-9\ ._+,=@~-]* ]]; then
    field="\"name\":\"$1\""
    return
  fi
  field="\"name\":$(jq -nc --arg name "$1" '$name')"
  printf '%s' "$1" | iconv -f UTF-8 -t UTF-8 >/dev/null 2>&1 ||
    field+=",\"name_base64\":\"$(printf '%s' "$1" | base64 -w 0)\""
}

capabilities() {
  cat <<EOF
{"tool":"$tool","tool_version":"$version","aoi_versions":["0.2"],
"schemas":[{"name":"$schema_name","versions":["$schema_version"],"default":"$schema_version"}],
"commands":[{"name":"list","read_only":true,"bounded":true,"supports_cursor":false,"supports_dry_run":false,
"supports_idempotency_key":false,"destructive":false,"requires_confirm":false,
"event_types":["aoi:meta","entry","aoi:error","aoi:summary"]}]}
EOF
}

schema() {
  cat <<EOF
{"\$schema":"https://json-schema.org/draft/2020-12/schema","title":"$schema_name@$schema_version","anyOf":[
{"type":"object","properties":{"type":{"const":"entry"},"name":{"type":"string"},
"name_base64":{"type":"string","contentEncoding":"base64"},"mode":{"type":"string"},
"size":{"type":"integer","minimum":0},"kind":{"type":"string"}},"required":["type","name","mode","size","kind"]},
{"type":"object","properties":{"type":{"type":"string","pattern":"^aoi:"}}}]}
EOF
}

main() {
  local command=$tool
  case ${1-} in
    capabilities | schema) "$1" && exit ;;
    --version) printf '%s %s\n' "$tool" "$version" && exit ;;
    --help) printf '%s\n' "$tool list [FOLDER] [--limit N]" && exit ;;
    list) command=list ;;
  esac
  trap finish EXIT
  trap 'stop 130' INT
  trap 'stop 143' TERM
  emit "{\"type\":\"aoi:meta\",\"tool\":\"$tool\",\"tool_version\":\"$version\",\"aoi_version\":\"0.2\",\
\"schema_name\":\"$schema_name\",\"schema_version\":\"$schema_version\",\"command\":\"$command\",\"wrapped\":\"find\"}"
  [ "$command" = list ] || fail 64 usage NO_SUCH_COMMAND 'there is list, capabilities and schema'
  list "${@:2}"
}

main "$@"
