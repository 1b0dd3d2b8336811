namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Which SQL interfaces of which tablet servers answered before the upgrade, and whether they still do. A
/// tablet server whose PostgreSQL does not start runs and counts as ALIVE, but its clients have no SQL.</summary>
/// <param name="cluster">The universe.</param>
internal sealed class SqlBaseline(YugabyteCluster cluster)
{
    private const int UsualYcqlPort = 9042;

    private static readonly SqlInterface[] Interfaces = [SqlInterface.Ysql, SqlInterface.Ycql];

    public static string Fact(SqlInterface kind, string tserver) => $"{Name(kind)}.{tserver}";

    /// <summary>Where an interface answered, as it is recorded: the port alone at the server's own host.</summary>
    public static string Text(DatabaseInstance tserver, ServiceAddress address) =>
        HostNames.AreSame(address.Host, tserver.Host)
            ? address.Port.ToString(CultureInfo.InvariantCulture)
            : address.ToString();

    public static string? Recorded(Plan plan, string tserver)
    {
        var known = Known(plan, tserver).Select(k => $"{Name(k.Kind)}={k.Text}").ToList();
        return known.Count == 0 ? null : string.Join(' ', known);
    }

    /// <summary>Asks the interfaces of a tablet server that its flags switch on, for the first time.</summary>
    /// <exception cref="TargetException">The flags cannot be read.</exception>
    public async Task<SqlAnswers> ReadAsync(DatabaseInstance tserver, CancellationToken cancellationToken)
    {
        var flags = await cluster.TserverClient.FlagsAsync(cluster.Web(tserver), cancellationToken);
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
        Plan plan, IEnumerable<DatabaseInstance> tservers, bool others, CancellationToken cancellationToken)
    {
        var known = tservers
            .Where(t => !others || !IsToBeRolledBack(plan, t.Name))
            .SelectMany(t => Known(plan, t.Name).Select(k => (Server: t, k.Kind, Address: Parse(t, k.Text))))
            .Where(k => k.Address is not null)
            .Select(k => (k.Server, k.Kind, Address: k.Address!.Value))
            .ToList();
        var problems = await YugabyteCluster.EachAsync(
            known,
            async (asked, token) => await cluster.Sql.FindProblemAsync(asked.Kind, asked.Address, token) is { } problem
                ? $"{Word(asked.Kind)} of {asked.Server.Name} answered at {asked.Address} before the upgrade and does "
                    + $"not any more ({problem}). The cause is in the logs of {Process(asked.Kind)} on "
                    + $"{asked.Server.Host}."
                : null,
            cancellationToken);
        return [.. problems.OfType<string>()];
    }

    /// <summary>The ports at which a server answered before the upgrade.</summary>
    public static IEnumerable<int> Ports(Plan plan, DatabaseInstance tserver) =>
        Known(plan, tserver.Name).Select(k => Parse(tserver, k.Text)?.Port).OfType<int>();

    private static bool IsToBeRolledBack(Plan plan, string tserver) =>
        plan.Step(YugabyteStepIds.Verify(DatabaseRollingUpgradePhases.RollbackTServers, tserver))
            is { State: not StepState.Succeeded };

    // In a rollback the step that verifies a server says what the upgrade recorded.
    private static IEnumerable<(SqlInterface Kind, string Text)> Known(Plan plan, string tserver)
    {
        var recorded = plan.Step(YugabyteStepIds.Sql);
        var carried = recorded is null
            ? plan.Steps.Find(s => s.Is<VerifyTserver>() && s.Node == tserver)?.As<VerifyTserver>().Sql
            : null;
        var parts = carried?.Split(' ') ?? [];
        foreach (var kind in Interfaces)
        {
            var prefix = $"{Name(kind)}=";
            var text = recorded?.Recorded(Fact(kind, tserver))
                ?? Array.Find(parts, p => p.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];
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

    private static string Name(SqlInterface kind) => kind.ToString().ToLower(CultureInfo.InvariantCulture);

    private string Word(SqlInterface kind) => kind == SqlInterface.Ysql ? cluster.Vocabulary.Sql : "YCQL";

    private string Process(SqlInterface kind) =>
        kind == SqlInterface.Ysql ? "PostgreSQL" : cluster.Vocabulary.TserverProgram;
}

/// <summary>The SQL interfaces of one tablet server.</summary>
/// <param name="Answers">Those that answer, and where.</param>
/// <param name="Silent">The others that are switched on: one sentence each.</param>
internal sealed record SqlAnswers(
    IReadOnlyList<(SqlInterface Kind, ServiceAddress Address)> Answers, IReadOnlyList<string> Silent);
