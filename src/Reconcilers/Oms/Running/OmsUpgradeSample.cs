using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.Oms;

/// <summary>What metrics and traces show of an OmsUpgrade.</summary>
internal static class OmsUpgradeSample
{
    public static RunSampling<OmsUpgrade> Sampling { get; } =
        new(OmsUpgrade.KindName, RunResults.OfUpgrades, Of);

    private static RunSample Of(OmsUpgrade upgrade)
    {
        return RunSample.OfRun(OmsUpgrade.KindName, upgrade) with
        {
            From = OmsSpecCompletion.FromOf(upgrade.Spec, upgrade.Status?.Inventory),
            To = upgrade.Spec.ToVersion,
        };
    }
}
