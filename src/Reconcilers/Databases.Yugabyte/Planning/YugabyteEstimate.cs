namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How long the processes of a universe take to be replaced one after another. Pure.</summary>
internal static class YugabyteEstimate
{
    // Draining, stopping, starting and catching up of one process, as a rule of thumb.
    private static readonly TimeSpan EachProcess = TimeSpan.FromSeconds(90);

    public static TimeSpan Of(DatabaseRollingUpgradeSpec spec, TserverBatches servers) =>
        (spec.Instances.Count(i => i.Component == DatabaseComponent.Master) + servers.Batches.Count)
        * (EachProcess + KubernetesDuration.Parse(spec.Settle));
}
