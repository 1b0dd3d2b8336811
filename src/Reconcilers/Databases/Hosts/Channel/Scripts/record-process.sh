# Records what a plain process has from the process that started it, so that the one that replaces it gets the same: limits, environment, working directory, score for the
# OOM killer. The environment may contain secrets: only the account of the process can read the record, and nothing of it is said.
# $1 boot; $2 in time up to; $3 directory of the record; $4 PID:START; $5 the run that it is recorded for.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
record=$3
at=/proc/${4%:*}
umask 077
lives "$4" || { say end; exit; }
part=$record.part
rm -rf -- "$part"
mkdir -- "$part" 2> /dev/null || refuse Privileges "$part cannot be made by $(id -un)"
keep() { printf '%s\n' "$1" | cat > "$2"; }
bounds() { limits < "$1" > "$2"; }
must bounds "$at/limits" "$part/limits"

# A variable a line; a line break inside its value becomes character 1.
variables() { tr '\n\0' '\001\n' < "$1" > "$2"; }
must variables "$at/environ" "$part/environ"
must keep "$5" "$part/run"
score=$(cat "$at/oom_score_adj" 2> /dev/null) || score=0
must keep "$score" "$part/score"

# A directory of the old version is replaced by that of the new one. Of a program in /bin there is none, and of one whose directory was removed only the name is left.
old=$(readlink -f -- "$at/exe") || old=$(readlink -- "$at/exe")
old=${old%/*}
old=${old%/*}
must keep "$old" "$part/old"
cwd=$(readlink -- "$at/cwd")
case $cwd/ in / | "${old:--}"/*) ;; *) must keep "$cwd" "$part/cwd" ;; esac

# Ended while it was read: what is there may be incomplete.
if ! lives "$4"; then
  rm -rf -- "$part"
  say end
  exit
fi
rm -rf -- "$record"
must mv -T -- "$part" "$record"
say end
