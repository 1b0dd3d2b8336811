namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Which PostgreSQL extensions are in use, out of pg_extension of every database that takes connections, by
/// the SQL shell of the running version on the host of a tablet server. The password goes to the shell through its
/// input, never through its arguments.</summary>
/// <param name="targets">Access to the hosts.</param>
/// <param name="cluster">The universe.</param>
internal sealed class ExtensionsInUse(IYugabyteTargets targets, YugabyteCluster cluster)
{
    public const string DefaultUser = "yugabyte";

    private const string Script = """
        IFS= read -r PGPASSWORD || :
        if [ -n "$PGPASSWORD" ]; then export PGPASSWORD; else unset PGPASSWORD; fi
        export PGCONNECT_TIMEOUT=10
        exec "$1" -w -X -q -A -t -h "$2" -p "$3" -U "$4" -d "$5" -c "$6" </dev/null
        """;

    /// <summary>Their names, or why they cannot be read. What the spec says itself is not asked.</summary>
    public async Task<(IReadOnlyList<string>? Names, string Problem)> ReadAsync(CancellationToken cancellationToken)
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
                    server.Host,
                    server.DeployDir,
                    cluster.Settings.Sql.Database,
                    "select datname from pg_database where datallowconn order by 1",
                    cancellationToken))
                {
                    names.UnionWith(
                        await AskAsync(
                            server.Host,
                            server.DeployDir,
                            database,
                            "select extname from pg_extension order by 1",
                            cancellationToken));
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

    private async Task<IReadOnlyList<string>> AskAsync(
        string host, string directory, string database, string statement, CancellationToken cancellationToken)
    {
        var (sql, login) = (cluster.Settings.Sql, targets.Sql);
        var shell = $"{directory}/bin/{cluster.Vocabulary.SqlShell}";
        using var input = new MemoryStream(Encoding.UTF8.GetBytes((login?.Password ?? "") + "\n"));
        var command = RemoteCommand.Script(
            Script, shell, host, sql.Port.ToString(
                System.Globalization.CultureInfo.InvariantCulture), login?.User
                    ?? DefaultUser, database, statement) with
        { Input = input };
        var result = await targets.Hosts.Files(host).RunAsync(command, cancellationToken);
        return result.IsSuccess
            ? result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException(
                targets.Redact(
                    $"{shell} on {host}, database {database}: "
                    + $"{(result.Errors.Trim() is { Length: > 0 } words ? words : $"exit code {result.ExitCode}")}"));
    }
}
