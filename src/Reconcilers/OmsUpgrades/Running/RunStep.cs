using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Running;

/// <summary>What one advance of an upgrade came to.</summary>
/// <param name="Upgrade">The object as written.</param>
/// <param name="End">Whether it came to an end.</param>
/// <param name="After">When to look again without an event; null leaves it to events.</param>
internal sealed record RunStep(OmsUpgrade Upgrade, RunEnd End, TimeSpan? After)
{
    /// <summary>There is more to do at once.</summary>
    public static RunStep AtOnce(OmsUpgrade upgrade) => new(upgrade, RunEnd.None, TimeSpan.FromMilliseconds(1));
}
