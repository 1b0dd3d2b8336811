namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The migrations of the SQL catalogue in a package. A release may lack one that an older series has received
/// since: the catalogue has run it and cannot be upgraded by that release, which would show only once the upgrade is
/// final (yugabyte-db#28416).</summary>
internal sealed partial class CatalogMigrations(YugabyteCluster cluster)
{
    private const int Named = 6;

    /// <summary>What the new package lacks; null if it lacks nothing, or if the running programs bring no migrations.
    /// One host is asked: the packages are the same on all.</summary>
    /// <exception cref="HostException">The host could not be asked.</exception>
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        var server = cluster.Tservers[0];
        var process = await cluster.Hosts.Instance(server.Name).LookAsync(cancellationToken);
        if (YugabyteInstancePreflight.AboveBin(process.Executable ?? "") is not { } old)
        {
            return null;
        }

        var (from, to) = (cluster.Spec.FromVersion, cluster.Spec.ToVersion);
        var ran = await ReadAsync(server.Host, old, cancellationToken);
        var brought = await ReadAsync(server.Host, cluster.Spec.Package.Directory, cancellationToken);
        List<string> lacking = [.. ran.Except(brought, StringComparer.Ordinal)];
        return lacking.Count == 0
            ? null
            : $"{cluster.Spec.Package.Directory} lacks {Sentences.Count(lacking.Count, "migration", "migrations")} of "
                + $"the SQL catalogue that {old} on {server.Host} has: {Sentences.List(lacking, Named)}. {to} was "
                + $"built before they came to the series of {from}, and cannot upgrade the catalogue. "
                + "Nothing was stopped. Create a new upgrade to a later release.";
    }

    // By their names: the number before them is that of the series.
    private async Task<IReadOnlyList<string>> ReadAsync(
        string host, string directory, CancellationToken cancellationToken)
    {
        var result = await cluster.Hosts.Files(host).AskAsync(Listing(directory), cancellationToken);
        if (!result.IsSuccess && result.Output.Length == 0)
        {
            throw new HostException(
                host, Reasons.AccessDenied,
                $"{host}: the migrations of the SQL catalogue in {directory} cannot be listed. "
                + $"{Sentences.Close(ForeignText.Words(result.Errors))} Let the operator's user read that directory.",
                retryable: true);
        }

        return
        [
            .. result.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(line => Number().Replace(line[(line.LastIndexOf('/') + 1)..], ""))
                .Order(StringComparer.Ordinal),
        ];
    }

    internal static RemoteCommand Listing(string directory) => new(
        "find", "-L", $"{directory}/", "-maxdepth", "3", "-name", "V*.sql", "-path", "*/ysql_migrations/*");

    [GeneratedRegex(@"^V[0-9.]+__", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
