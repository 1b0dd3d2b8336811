using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Every PostgreSQL extension in use is in the new version on every host with a tablet server, before the first server
/// is stopped (docs/research/yugabytedb.md#procedure).
/// </summary>
internal sealed class CheckExtensions(IYugabyteTargets targets) : YugabyteStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var (inUse, problem) = await new ExtensionsInUse(Targets, Cluster).ReadAsync(cancellationToken);
        if (inUse is null)
        {
            return new Observation.Failed(
                Reasons.ExtensionsUnreadable,
                $"which PostgreSQL extensions are in use cannot be read ({problem}); give spec.yugabyte.sql.credentialsSecretRef");
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
                $"{string.Join(", ", found.Names)} {(found.Names.Count == 1 ? "is" : "are")} in use and not in {Cluster.Spec.Package.Directory} on {found.Host}; put the files there, then retry, or begin again with spec.package.extensions")
            : new Observation.Done(inUse.Count == 0 ? "no extension is in use" : $"in use and there: {string.Join(", ", inUse)}");
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
