using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Api;
using Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Domain;

namespace Drydock.Reconcilers.DatabaseRollingUpgrades.TiDb.Steps;

/// <summary>PD healthy, every store Up on the new version, no Region lacks a peer, no evict-leader scheduler left, TiDB servers consistent.</summary>
public sealed class CheckCluster(ITiDbTargets targets) : TiDbStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) => PatientlyAsync(context, async () =>
    {
        var problems = new List<string>();
        var pd = Targets.Pd();
        problems.AddRange((await pd.HealthAsync(cancellationToken)).Where(m => !m.IsHealthy).Select(m => $"PD {m.Name} is not healthy"));
        var stores = (await pd.StoresAsync(cancellationToken)).Where(s => !s.IsTombstone).ToList();
        problems.AddRange(stores.Where(s => !s.IsUp || !TiDbVersion.Same(s.Version, Spec.ToVersion)).Select(s => string.Create(CultureInfo.InvariantCulture, $"store {s.Id} ({s.Address}) is {s.State}, version {s.Version}")));
        foreach (var check in PdClient.RegionChecks)
        {
            if (await pd.RegionCheckAsync(check, cancellationToken) is > 0 and var count)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{count} Regions with {check}"));
            }
        }

        var evicted = (await pd.ScheduleAsync(cancellationToken)).Evicted;
        problems.AddRange(stores.Where(s => evicted.Contains(s.Id)).Select(s => string.Create(CultureInfo.InvariantCulture, $"evict-leader-scheduler-{s.Id} keeps leaders from {s.Address}")));
        if (Spec.Of(DatabaseComponent.TiDB).Any() && await AwaitConsistentServers.ProblemAsync(Targets, cancellationToken) is { } problem)
        {
            problems.Add(problem);
        }

        return problems.Count == 0
            ? new Observation.Done(string.Create(CultureInfo.InvariantCulture, $"{stores.Count} stores Up on {Spec.ToVersion}"))
            : new Observation.Running(string.Join("; ", problems));
    });
}
