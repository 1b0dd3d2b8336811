namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Waits until /info/all lists every TiDB server on the new version and reports them as consistent: the best
/// single check after the upgrade of TiDB (docs/research/tidb.md#tidb-server).</summary>
internal sealed record AwaitConsistentServers : TiDbStep, IWaitsOnly
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
        await ProblemAsync(Targets, cancellationToken) is { } problem
            ? new Observation.Running(problem)
            : new Observation.Done("All TiDB servers run the same version."));

    internal static async Task<string?> ProblemAsync(ITiDbTargets targets, CancellationToken cancellationToken)
    {
        var spec = targets.Spec();
        var servers = spec.Of(DatabaseComponent.TiDB).ToList();
        if (servers.Count == 0)
        {
            return null;
        }

        var all = await targets.Tidb().AllAsync(spec.Status(servers[0]), cancellationToken);
        var old = all.Servers
            .Where(s => !TiDbVersion.Same(s.Version, spec.ToVersion))
            .Select(s => $"{s.Address} {s.Version}")
            .ToList();
        if (old.Count > 0)
        {
            return $"TiDB servers of another version: {string.Join(", ", old)}.";
        }

        if (all.Servers.Count != servers.Count)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{all.Servers.Count} of {servers.Count} TiDB servers are in /info/all.");
        }

        return all.IsConsistent ? null : "/info/all does not report the TiDB servers as consistent.";
    }
}
