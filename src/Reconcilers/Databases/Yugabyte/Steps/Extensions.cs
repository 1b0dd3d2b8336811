namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Verifies that every PostgreSQL extension in use is in the new package on every host with a tablet server,
/// and every migration that the catalogue may have run, before the first server is stopped
/// (docs/project/research/yugabytedb.md#procedure).</summary>
[Step("check-extensions", "Verify that the package has all extensions in use and all migrations of the catalogue")]
internal sealed record CheckExtensions : YugabyteStep, IWaitsOnly
{
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var extensions = new Extensions(Cluster);
        var (inUse, problem) = await extensions.InUseAsync(cancellationToken);
        if (inUse is null)
        {
            return new Observation.Failed(
                Reasons.ExtensionsUnreadable,
                $"The PostgreSQL extensions in use cannot be read. {problem} "
                + "Set spec.yugabyte.sql.credentialsSecretRef, then retry.");
        }

        var hosts = Cluster.Tservers.Select(t => t.Host).Distinct(StringComparer.Ordinal).ToList();
        var missing = await SideBySide.EachAsync(
            hosts,
            async (host, token) => (Host: host, Names: await extensions.MissingAsync(host, inUse, token)),
            cancellationToken);
        if (await new CatalogMigrations(Cluster).FindProblemAsync(cancellationToken) is { } lacking)
        {
            return new Observation.Failed(Reasons.VersionPathUnsupported, lacking);
        }

        return missing.FirstOrDefault(m => m.Names.Count > 0) is { Host: not null } found
            ? new Observation.Failed(
                Reasons.ExtensionMissing,
                $"{found.Host}: these extensions are in use but not in {Cluster.Spec.Package.Directory}: "
                + $"{string.Join(", ", found.Names)}. Copy their files there, then retry; or create a new upgrade that "
                + "lists them in spec.package.extensions.")
            : new Observation.Done(inUse.Count == 0
                ? "No PostgreSQL extension is in use."
                : $"The package has all extensions in use: {string.Join(", ", inUse)}.");
    }
}

/// <summary>Which PostgreSQL extensions are in use, and which the package has.</summary>
internal sealed class Extensions(YugabyteCluster cluster)
{
    public const string DefaultUser = "yugabyte";
    private const string Suffix = ".control";

    private const string Script = """
        IFS= read -r PGPASSWORD || :
        if [ -n "$PGPASSWORD" ]; then export PGPASSWORD; else unset PGPASSWORD; fi
        export PGCONNECT_TIMEOUT=10
        exec "$1" -w -X -q -A -t -h "$2" -p "$3" -U "$4" -d "$5" -c "$6" </dev/null
        """;

    /// <summary>Those in use, or why they cannot be read: out of pg_extension of every database that takes connections,
    /// by the SQL shell of the running version on the host of a tablet server. The password goes to the shell through
    /// its input, never through its arguments. What the spec says itself is not asked.</summary>
    public async Task<(IReadOnlyList<string>? Names, string Problem)> InUseAsync(CancellationToken cancellationToken)
    {
        if (cluster.Settings.Sql.ExtensionsInUse is { } given)
        {
            return (given, "");
        }

        var problem = "There is no tablet server.";
        foreach (var server in cluster.Tservers)
        {
            try
            {
                var names = new SortedSet<string>(StringComparer.Ordinal);
                foreach (var database in await AskAsync(
                    server, cluster.Settings.Sql.Database,
                    "select datname from pg_database where datallowconn order by 1", cancellationToken))
                {
                    names.UnionWith(await AskAsync(
                        server, database, "select extname from pg_extension order by 1", cancellationToken));
                }

                return ([.. names], "");
            }
            catch (Exception exception) when (exception is HostException or InvalidOperationException)
            {
                problem = exception.Message;
            }
        }

        return (null, problem);
    }

    /// <summary>Those of some that the package on a host does not have: it has no control file of theirs below its
    /// directory.</summary>
    public async Task<IReadOnlyList<string>> MissingAsync(
        string host, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
        {
            return [];
        }

        // YugabyteDB keeps them in postgres/share/extension, and a link or a packager may have put them elsewhere
        // below.
        var directory = cluster.Spec.Package.Directory;
        var result = await cluster.Hosts.Files(host).AskAsync(
            new RemoteCommand(
                "find", "-L", $"{directory}/", "-maxdepth", "6", "-name", $"*{Suffix}", "-path", "*/extension/*"),
            cancellationToken);
        var there = result.Output.Split('\n', StringSplitOptions.TrimEntries)
            .Where(l => l.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(l => l[(l.LastIndexOf('/') + 1)..^Suffix.Length])
            .ToHashSet(StringComparer.Ordinal);
        return [.. names.Where(n => !there.Contains(n))];
    }

    private async Task<IReadOnlyList<string>> AskAsync(
        DatabaseInstance server, string database, string statement, CancellationToken cancellationToken)
    {
        var (login, host) = (cluster.Context.Secrets.Sql, server.Host);
        var (shell, port) = ($"{server.DeployDir}/bin/{cluster.Vocabulary.SqlShell}", $"{cluster.Settings.Sql.Port}");
        using var input = new MemoryStream(Encoding.UTF8.GetBytes((login?.Password ?? "") + "\n"));
        var command = RemoteCommand.Script(
            Script, shell, host, port, login?.User ?? DefaultUser, database, statement) with
        { Input = input };
        var result = await cluster.Hosts.Files(host).RunAsync(command, cancellationToken);
        return result.IsSuccess
            ? result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException(
                cluster.Context.Redact(
                    $"{shell} on {host}, database {database}: "
                    + $"{(result.Errors.Trim() is { Length: > 0 } words ? words : $"exit code {result.ExitCode}")}"));
    }
}

/// <summary>PostgreSQL extensions in use and those of the new version (docs/project/research/yugabytedb.md#procedure).
/// What cannot be read is said, never guessed.</summary>
internal sealed class ExtensionPreflight(YugabyteCluster cluster, Findings findings)
{
    private readonly Extensions _extensions = new(cluster);

    public async Task LookAsync(
        bool? sqlIsOn, IReadOnlyList<YugabyteHostFacts> hosts, CancellationToken cancellationToken)
    {
        if (sqlIsOn == false)
        {
            return;
        }

        var (inUse, problem) = await _extensions.InUseAsync(cancellationToken);
        if (inUse is null)
        {
            findings.Add(
                Reasons.ExtensionsUnreadable,
                $"The PostgreSQL extensions in use cannot be read. {problem} Set "
                + "spec.yugabyte.sql.credentialsSecretRef, or list them "
                + "in spec.yugabyte.sql.extensionsInUse (an empty list if there are none).",
                field: "spec.yugabyte.sql");
            return;
        }

        var brought = cluster.Spec.Package.Extensions.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        var asked = inUse.Where(e => !brought.Contains(e)).ToList();
        if (asked.Count == 0)
        {
            return;
        }

        var servers = cluster.Tservers.Select(t => t.Host).ToHashSet(StringComparer.Ordinal);
        var ready = hosts.Where(h => servers.Contains(h.Host) && h.Package is { Programs.Count: > 0 })
            .Select(h => h.Host)
            .ToList();
        if (ready.Count < servers.Count)
        {
            findings.Note(
                $"Extensions in use: {string.Join(", ", inUse)}. The new version is checked for them after it is "
                + "unpacked, before the first server is stopped.");
        }

        await SideBySide.EachAsync(ready, (host, token) => CheckAsync(host, asked, token), cancellationToken);
    }

    private Task<bool> CheckAsync(string host, IReadOnlyList<string> asked, CancellationToken cancellationToken) =>
        findings.LookAsync(
            async () =>
            {
                var missing = await _extensions.MissingAsync(host, asked, cancellationToken);
                if (missing.Count > 0)
                {
                    findings.Add(
                        Reasons.ExtensionMissing,
                        $"{string.Join(", ", missing)} {(missing.Count == 1 ? "is" : "are")} in use and not in "
                        + $"{cluster.Spec.Package.Directory} on {host}. List the files in spec.package.extensions.",
                        host, "spec.package.extensions");
                }

                return missing.Count == 0;
            },
            host);
}
