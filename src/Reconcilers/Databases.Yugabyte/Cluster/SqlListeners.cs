namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether the SQL ports of a tablet server belong to its present process. If a tablet server ends hard, its
/// PostgreSQL may survive, keep the port and go on answering with the old program.</summary>
internal sealed class SqlListeners(IYugabyteTargets targets)
{
    // $1 pid of the tablet server, then ports: one line for each on which processes listen of which none has come from
    // it. What the account may not see is left out.
    private const string Script = """
        main=$1
        shift
        for port; do
          own= first=
          for inode in $(
            awk -v port="$(printf ':%04X' "$port")" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' \
              /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u
          ); do
            for fd in $(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\[$inode\]" -print 2>/dev/null); do
              at=${fd#/proc/}
              at=${at%%/*}
              first=${first:-$at}
              while [ "${at:-0}" -gt 1 ]; do
                [ "$at" != "$main" ] || own=yes
                at=$(sed 's/.*) //' "/proc/$at/stat" 2>/dev/null | cut -d ' ' -f 2)
              done
            done
          done
          [ -n "$own" ] || [ -z "$first" ] || echo "$port $first $(readlink "/proc/$first/exe")"
        done
        """;

    public async Task<IReadOnlyList<string>> ProblemsAsync(
        DatabaseInstance instance, InstanceProcess process, IEnumerable<int> ports, CancellationToken cancellationToken)
    {
        if (process.Pid is not { } pid || ports.Distinct().ToList() is not { Count: > 0 } asked)
        {
            return [];
        }

        var result = await targets.Hosts.Files(instance.Host).RunAsync(
            RemoteCommand.Script(
                Script, [.. asked.Prepend(pid).Select(n => n.ToString(CultureInfo.InvariantCulture))]),
            cancellationToken);
        return
        [
            .. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.Split(' ', 3))
                .Where(l => l.Length == 3)
                .Select(l =>
                    $"Port {l[0]} on {instance.Host} is held by pid {l[1]} ({ForeignText.Words(l[2])}), which was not "
                    + $"started by {instance.Name} (pid {pid}): a former process has survived. Run `kill {l[1]}` on "
                    + $"{instance.Host}; then {instance.Name} can open the port itself."),
        ];
    }
}
