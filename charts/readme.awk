# Makes the README.md of the chart from its values.yaml: a row for each value, with the comment above it.
# Part of config/assemble.sh.
function trimmed(text) { sub(/^ +/, "", text); sub(/ +$/, "", text); return text }
function cell(text) { gsub(/\|/, "\\|", text); return text }
function path(  i, text) {
  for (i = 0; i <= depth; i++) text = text (i ? "." : "") (keys[i] ~ /\./ ? "\"" keys[i] "\"" : keys[i])
  return text
}
function row(value) {
  print "| `" path() "` | " (value == "" ? "" : "`" cell(value) "`") " | " cell(comment) " |"
  comment = ""
}
# The items of a list belong to the key above them.
function list_ends() { if (list != "") { comment = held; row("[" list "]"); list = "" } }
BEGIN {
  print "<!-- Made from values.yaml by config/assemble.sh. -->"
  print "# Drydock"
  print ""
  print "A Kubernetes operator that takes stateful systems beside the cluster (OceanBase Migration Service, TiDB, YugabyteDB, BMDB) through upgrades."
  print ""
  print "Install, upgrade, uninstall: [docs/how-to/install.md](../../docs/how-to/install.md#with-helm) and [docs/how-to/upgrade-the-operator.md](../../docs/how-to/upgrade-the-operator.md)."
  print ""
  print "| value | default | meaning |"
  print "|---|---|---|"
}
/^ *- / { list = list (list == "" ? "" : ", ") trimmed(substr($0, index($0, "- ") + 2)); next }
{ list_ends() }
/^ *$/ { comment = ""; next }
/^ *#/ { text = $0; sub(/^ *# ?/, "", text); comment = comment (comment == "" ? "" : " ") trimmed(text); next }
{
  match($0, /^ */)
  depth = RLENGTH / 2
  key = value = substr($0, RLENGTH + 1)
  sub(/:.*/, "", key)
  sub(/^[^:]*: */, "", value)
  sub(/^[^:]*:$/, "", value)
  keys[depth] = key
  held = value == "" ? "" : comment
  if (value != "" || comment != "") row(value)
}
END { list_ends() }
