namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Waits until PD has raised the version of the cluster, which shows that all TiKVs are upgraded
/// (docs/research/tidb.md#pd).</summary>
internal sealed record AwaitClusterVersion : TiDbStep, IWaitsOnly
{
    private const int Named = 6;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var version = await Targets.Pd().ClusterVersionAsync(cancellationToken);
        if (TiDbVersion.Same(version, Spec.ToVersion))
        {
            return new Observation.Done($"cluster-version is {version}.");
        }

        if (TiDbVersion.IsHigher(version, Spec.ToVersion))
        {
            return new Observation.Failed(
                Reasons.VersionMismatch, TiDbVersion.TooHigh("cluster-version", version, Spec.ToVersion));
        }

        var old = (await Targets.Pd().StoresAsync(cancellationToken))
            .Where(s => !s.IsTombstone && !TiDbVersion.Same(s.Version, Spec.ToVersion))
            .ToList();
        return new Observation.Running(old.Count == 0
            ? $"cluster-version is still {version}, although every store runs {Spec.ToVersion}. PD raises it "
                + "automatically."
            : $"cluster-version is still {version}, because {Sentences.List([.. old.Select(Described)], Named)}."
                + Advice([.. old.Where(s => !Spec.Of(DatabaseComponent.TiKV).Any(
                    i => Spec.Service(i).IsAddress(s.Address)))]));
    });

    private static string Described(PdStore store) => string.Create(
        CultureInfo.InvariantCulture, $"store {store.Id} ({store.Address}) runs {store.Version}");

    private static string Advice(List<PdStore> unplanned) => unplanned.Count == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $" Not in the plan: {Sentences.List([.. unplanned.Select(s => $"store {s.Id}")], Named)}. Upgrade it, or "
        + $"remove it with `pd-ctl store delete {unplanned[0].Id}`.");
}
