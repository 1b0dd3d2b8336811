namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The vendor's in-place upgrades of OMS Enterprise, as far as they are known (docs/research/oms.md#upgrade-paths).
/// </summary>
internal static class EnterprisePaths
{
    private static readonly OmsVersion V331 = new(3, 3, 1);
    private static readonly OmsVersion V340 = new(3, 4, 0);
    private static readonly OmsVersion V402 = new(4, 0, 2);
    private static readonly OmsVersion V431 = new(4, 3, 1);

    /// <summary>Whether the vendor lists the upgrade.</summary>
    internal static bool IsListed(OmsVersion from, OmsVersion to) =>
        to.IsSameRelease(UpgradePaths.EnterpriseTarget) || (to.IsSameRelease(V340) && from.IsSameRelease(V331));

    /// <summary>What is known of the target, and which upgrade to take instead.</summary>
    internal static string WhatIsListed(OmsVersion from, OmsVersion to)
    {
        if (to.IsSameRelease(V431))
        {
            return $"upgrades to {to} are impossible while oblogproxy tasks exist, which cannot be read, so this "
                + $"release does not list it; set toVersion to {UpgradePaths.EnterpriseTarget}";
        }

        if (to.IsSameRelease(V340))
        {
            return $"the vendor's guide for {to} starts from {V331}; set toVersion to {UpgradePaths.EnterpriseTarget}, "
                + $"to which {from} can go directly";
        }

        return from < UpgradePaths.EnterpriseTarget
            ? $"the upgrade from {from} to {to} is not listed by this release; set toVersion to "
                + $"{UpgradePaths.EnterpriseTarget} or one of its bugfix packs"
            : $"the upgrade from {from} to {to} is not listed by this release; ask the vendor";
    }

    /// <summary>Why the upgrade is refused in any case; null if <c>allowUnsupportedPath</c> allows it.</summary>
    internal static string? Obstacle(OmsVersion from, OmsVersion to)
    {
        // Releases phrase the floor differently (docs/research/oms.md#correction-jar): 4.0.2 skips it from
        // 4.0.1 on, 4.2.3 only from 4.0.2 on.
        var known = to.IsSameRelease(UpgradePaths.EnterpriseTarget) || to.IsSameRelease(V402) || to.IsSameRelease(V431)
            || to.IsSameRelease(UpgradePaths.MergedArchitecture);
        return from.IsSameRelease(UpgradePaths.MergedArchitecture) && !known
            ? $"the vendor's guides contradict each other on whether the correction JAR has to run from {from} to {to}"
            : null;
    }
}
