using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>What metrics and traces show of an OmsUpgrade.</summary>
internal static class OmsUpgradeSample
{
    public static RunSampling<OmsUpgrade> Sampling { get; } =
        new(OmsUpgrade.KindName, RunResults.OfUpgrades, Of);

    private static RunSample Of(OmsUpgrade upgrade)
    {
        var (spec, status) = (upgrade.Spec, upgrade.Status);
        var run = RunSample.OfRun(OmsUpgrade.KindName, upgrade);
        return run with
        {
            From = spec.FromVersion,
            To = spec.ToVersion,
            Plans = [.. run.Plans, .. new[] { status?.CleanupPlan }.OfType<PlanProgress>()],
            DowntimeSince = status?.DowntimeSince,
            Downtime = KubernetesDuration.TryParse(status?.Times?.Downtime, out var down) ? down : null,
        };
    }
}
