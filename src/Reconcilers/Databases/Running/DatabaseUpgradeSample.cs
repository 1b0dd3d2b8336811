namespace Drydock.Reconcilers.Databases;

/// <summary>What metrics and traces show of a DatabaseRollingUpgrade.</summary>
internal static class DatabaseUpgradeSample
{
    public static RunSampling<DatabaseRollingUpgrade> Sampling { get; } =
        new(DatabaseRollingUpgrade.KindName, RunResults.OfUpgrades, Of);

    private static RunSample Of(DatabaseRollingUpgrade upgrade) =>
        RunSample.OfRun(DatabaseRollingUpgrade.KindName, upgrade.Metadata, upgrade.Spec, upgrade.Status) with
        {
            Engine = upgrade.Spec.Engine.ToString(),
            From = upgrade.Spec.FromVersion,
            To = upgrade.Spec.ToVersion,
        };
}
