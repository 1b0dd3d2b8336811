using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Waits until /info/all counts every TiDB, all of the new version, and says itself that they are consistent: the best
/// single check after TiDB (docs/research/tidb.md#tidb-server).
/// </summary>
internal sealed class AwaitConsistentServers(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
        await ProblemAsync(Targets, cancellationToken) is { } problem ? new Observation.Running(problem) : new Observation.Done("all TiDB servers are of one version"));

    /// <summary>What is not as it should be; null if all is.</summary>
    internal static async Task<string?> ProblemAsync(ITiDbTargets targets, CancellationToken cancellationToken)
    {
        var spec = targets.Spec();
        var servers = spec.Of(DatabaseComponent.TiDB).ToList();
        if (servers.Count == 0)
        {
            return null;
        }

        var all = await targets.Tidb().AllAsync(spec.Status(servers[0]), cancellationToken);
        var old = all.Servers.Where(s => !TiDbVersion.Same(s.Version, spec.ToVersion)).Select(s => $"{s.Address} {s.Version}").ToList();
        if (old.Count > 0)
        {
            return $"of another version: {string.Join(", ", old)}";
        }

        return all.Servers.Count != servers.Count
            ? string.Create(CultureInfo.InvariantCulture, $"/info/all counts {all.Servers.Count} TiDB servers, spec.instances {servers.Count}")
            : all.IsConsistent ? null : "/info/all does not call the servers consistent";
    }
}
