namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Verifies that every PostgreSQL extension in use is in the new package on every host with a tablet server,
/// before the first server is stopped (docs/research/yugabytedb.md#procedure).</summary>
internal sealed record CheckExtensions : YugabyteStep, IWaitsOnly
{
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (inUse, problem) = await new ExtensionsInUse(Targets, Cluster).ReadAsync(cancellationToken);
        if (inUse is null)
        {
            return new Observation.Failed(
                Reasons.ExtensionsUnreadable,
                $"The PostgreSQL extensions in use cannot be read. {problem} "
                + "Set spec.yugabyte.sql.credentialsSecretRef, then retry.");
        }

        var package = new PackageExtensions(Targets, Cluster);
        var hosts = Cluster.Tservers.Select(t => t.Host).Distinct(StringComparer.Ordinal).ToList();
        var missing = await YugabyteCluster.EachAsync(
            hosts,
            async (host, token) => (Host: host, Names: await MissingAsync(package, host, inUse, token)),
            cancellationToken);
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

    private static async Task<IReadOnlyList<string>> MissingAsync(
        PackageExtensions package, string host, IReadOnlyList<string> inUse, CancellationToken cancellationToken)
    {
        if (inUse.Count == 0)
        {
            return [];
        }

        var there = await package.ReadAsync(host, cancellationToken);
        return [.. inUse.Where(e => !there.Contains(e))];
    }
}
