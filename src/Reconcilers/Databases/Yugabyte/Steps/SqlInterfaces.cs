namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Records, before any process is stopped, which SQL interfaces of which tablet servers answer. The same ones
/// must answer before the next process is stopped, and before a server that was started gets its leaders back. An
/// interface that does not answer now is not required later.</summary>
[Step("record-sql", "Record which tablet servers answer SQL")]
internal sealed record RecordSql : YugabyteStep, IWaitsOnly
{
    private const int Named = 6;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (all, problem) = await Asking.TryAsync(() => SideBySide.EachAsync(
            Cluster.Tservers, new SqlBaseline(Cluster).ReadAsync, cancellationToken));
        if (all is null)
        {
            return new Observation.Running($"Waiting until every tablet server answers. {problem}");
        }

        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (server, asked) in Cluster.Tservers.Zip(all).Where(s => s.Second.Answers.Count > 0))
        {
            facts[SqlBaseline.Fact(server.Name)] = SqlBaseline.Text(server, asked.Answers);
        }

        var silent = all.SelectMany(a => a.Silent).ToList();
        var more = silent.Count > Named ? $" {silent.Count - Named} more do not answer." : "";
        return new Observation.Done(
            silent.Count == 0
                ? null
                : $"Not required during the upgrade: {string.Join(" ", silent.Take(Named))}{more} To have it required, "
                    + "make the port reachable for the operator and start the upgrade again before a process is "
                    + "stopped.",
            facts);
    }
}

/// <summary>Which SQL interfaces of which tablet servers answered before the upgrade, and whether they still do. A
/// tablet server whose PostgreSQL does not start runs and counts as ALIVE, but its clients have no SQL.</summary>
internal sealed class SqlBaseline(YugabyteCluster cluster)
{
    private const int UsualYcqlPort = 9042;

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

    private static readonly SqlInterface[] Interfaces = [SqlInterface.Ysql, SqlInterface.Ycql];

    /// <summary>The one fact of a tablet server: a status takes as many facts as there may be servers.</summary>
    public static string Fact(string tserver) => $"sql.{tserver}";

    /// <summary>Where the interfaces of a tablet server answered, as it is recorded (<c>ysql=5433,ycql=9042</c>): the
    /// port alone at the server's own host.</summary>
    public static string Text(
        DatabaseInstance tserver, IEnumerable<(SqlInterface Kind, ServiceAddress Address)> answers) =>
        string.Join(',', answers.Select(a => $"{Name(a.Kind)}="
            + (HostNames.AreSame(a.Address.Host, tserver.Host) ? $"{a.Address.Port}" : a.Address.ToString())));

    public static string? Recorded(PlanProgress plan, string tserver)
    {
        var known = Known(plan, tserver).Select(k => $"{Name(k.Kind)}={k.Text}").ToList();
        return known.Count == 0 ? null : string.Join(' ', known);
    }

    /// <summary>Asks the interfaces of a tablet server that its flags switch on, for the first time.</summary>
    /// <exception cref="TargetException">The flags cannot be read.</exception>
    public async Task<SqlAnswers> ReadAsync(DatabaseInstance tserver, CancellationToken cancellationToken)
    {
        var flags = await cluster.Client.FlagsAsync(cluster.Web(tserver), cancellationToken);
        var (answers, silent) = (new List<(SqlInterface, ServiceAddress)>(), new List<string>());
        foreach (var kind in Interfaces.Where(k => IsOn(k, flags)))
        {
            var address = AddressOf(kind, tserver, flags);
            if (await cluster.Sql.FindProblemAsync(kind, address, cancellationToken) is { } problem)
            {
                silent.Add($"{Word(kind)} of {tserver.Name} does not answer at {address} ({problem}).");
            }
            else
            {
                answers.Add((kind, address));
            }
        }

        return new SqlAnswers(answers, silent);
    }

    public async Task<IReadOnlyList<string>> ProblemsAsync(
        PlanProgress plan, IEnumerable<DatabaseInstance> tservers, bool others, CancellationToken cancellationToken)
    {
        var known = (
            from server in tservers
            where !others || !IsToBeRolledBack(plan, server.Name)
            from one in Known(plan, server.Name)
            let address = Parse(server, one.Text)
            where address is not null
            select (Server: server, one.Kind, Address: address.Value)).ToList();
        var problems = await SideBySide.EachAsync(
            known,
            async (asked, token) => await cluster.Sql.FindProblemAsync(asked.Kind, asked.Address, token) is { } problem
                ? $"{Word(asked.Kind)} of {asked.Server.Name} answered at {asked.Address} before the upgrade, not "
                    + $"now ({problem}). See the log of {Process(asked.Kind)}."
                : null,
            cancellationToken);
        return [.. problems.OfType<string>()];
    }

    /// <summary>SQL ports of a tablet server that do not belong to its present process. If a tablet server ends hard,
    /// its PostgreSQL may survive, keep the port and go on answering with the old program.</summary>
    public async Task<IReadOnlyList<string>> ListenerProblemsAsync(
        PlanProgress plan, DatabaseInstance tserver, InstanceProcess process, CancellationToken cancellationToken)
    {
        var ports = Known(plan, tserver.Name)
            .Select(k => Parse(tserver, k.Text)?.Port)
            .OfType<int>()
            .Distinct()
            .ToList();
        if (process.Pid is not { } pid || ports.Count == 0)
        {
            return [];
        }

        var result = await cluster.Hosts.Files(tserver.Host).AskAsync(
            RemoteCommand.Script(Script, [.. ports.Prepend(pid).Select(n => $"{n}")]), cancellationToken);
        return
        [
            .. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(l => l.Split(' ', 3))
                .Where(l => l.Length == 3)
                .Select(l =>
                    $"Port {l[0]} on {tserver.Host} is held by pid {l[1]} ({ForeignText.Words(l[2])}), which was not "
                    + $"started by {tserver.Name} (pid {pid}): a former process has survived. Run `kill {l[1]}` on "
                    + $"{tserver.Host}; then {tserver.Name} can open the port itself."),
        ];
    }

    private static bool IsToBeRolledBack(PlanProgress plan, string tserver) =>
        plan.Step<VerifyTserver>(tserver, DatabaseRollingUpgradePhases.RollbackTServers)
            is { State: not StepState.Succeeded };

    // In a rollback the step that verifies a server says what the upgrade recorded.
    private static IEnumerable<(SqlInterface Kind, string Text)> Known(PlanProgress plan, string tserver)
    {
        var recorded = plan.Step<RecordSql>();
        var known = recorded is null
            ? plan.Step<VerifyTserver>(tserver)?.As<VerifyTserver>().Sql
            : recorded.Recorded(Fact(tserver));
        var parts = known?.Split(' ', ',') ?? [];
        foreach (var kind in Interfaces)
        {
            var prefix = $"{Name(kind)}=";

            // Former operators recorded one fact for each interface.
            var text = Array.Find(parts, p => p.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..]
                ?? recorded?.Recorded($"{Name(kind)}.{tserver}");
            if (text is not null)
            {
                yield return (kind, text);
            }
        }
    }

    private static ServiceAddress? Parse(DatabaseInstance tserver, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new ServiceAddress(tserver.Host, port)
            : ServiceAddress.TryParse(text, out var address) ? address : null;

    private bool IsOn(SqlInterface kind, IReadOnlyDictionary<string, string> flags)
    {
        string[] names = kind == SqlInterface.Ysql ? [.. cluster.Vocabulary.SqlFlags] : ["start_cql_proxy"];
        var values = names.Select(n => flags.GetValueOrDefault(n)).OfType<string>().ToList();
        return values.Count == 0 || values.Contains("true", StringComparer.OrdinalIgnoreCase);
    }

    private ServiceAddress AddressOf(
        SqlInterface kind, DatabaseInstance tserver, IReadOnlyDictionary<string, string> flags)
    {
        var (flag, usual) = kind == SqlInterface.Ysql
            ? ("pgsql_proxy_bind_address", cluster.Settings.Sql.Port)
            : ("cql_proxy_bind_address", UsualYcqlPort);
        var text = flags.GetValueOrDefault(flag)?.Split(',')[0].Trim();
        return ServiceAddress.TryParse(text, out var bound)
            ? new ServiceAddress(IsEveryAddress(bound.Host) ? tserver.Host : bound.Host, bound.Port)
            : new ServiceAddress(string.IsNullOrEmpty(text) || IsEveryAddress(text) ? tserver.Host : text, usual);
    }

    private static bool IsEveryAddress(string host) => host is "0.0.0.0" or "::" or "[::]";

    private static string Name(SqlInterface kind) => kind.ToString().ToLowerInvariant();

    private string Word(SqlInterface kind) => kind == SqlInterface.Ysql ? cluster.Vocabulary.Sql : "YCQL";

    private string Process(SqlInterface kind) =>
        kind == SqlInterface.Ysql ? "PostgreSQL" : cluster.Vocabulary.TserverProgram;
}

/// <summary>The SQL interfaces of one tablet server.</summary>
/// <param name="Answers">Those that answer, and where.</param>
/// <param name="Silent">The others that are switched on: one sentence each.</param>
internal sealed record SqlAnswers(
    IReadOnlyList<(SqlInterface Kind, ServiceAddress Address)> Answers, IReadOnlyList<string> Silent);
