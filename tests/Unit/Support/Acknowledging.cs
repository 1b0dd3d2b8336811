using Drydock.Crds.OmsUpgrades;

namespace Drydock.Tests.Unit.Support;

/// <summary>An administrator acknowledges findings.</summary>
internal static class Acknowledging
{
    public static DatabaseRollingUpgradeSpec Acknowledge(this DatabaseRollingUpgradeSpec spec, params string[] words) =>
        spec with
        {
            Preflight = spec.Preflight with { Acknowledge = [.. spec.Preflight.Acknowledge, .. words] }
        };

    public static OmsUpgradeSpec Acknowledge(this OmsUpgradeSpec spec, params string[] words) => spec with
    {
        Preflight = spec.Preflight with { Acknowledge = [.. spec.Preflight.Acknowledge, .. words] }
    };
}
