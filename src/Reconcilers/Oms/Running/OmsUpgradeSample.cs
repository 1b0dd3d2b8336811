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
        return RunSample.OfRun(OmsUpgrade.KindName, upgrade) with
        {
            From = spec.FromVersion,
            To = spec.ToVersion,
            DowntimeSince = status?.DowntimeSince,
            Downtime = KubernetesDuration.TryParse(status?.Times?.Downtime, out var down) ? down : null,
        };
    }
}
