namespace Drydock.Reconcilers.OmsUpgrades.Domain;

/// <summary>Which upgrades are possible (facts §5.1, runbook §1).</summary>
public static class UpgradePaths
{
    /// <summary>Below this Enterprise must first go to it.</summary>
    public static readonly OmsVersion EnterpriseFloor = new(3, 2, 1);

    /// <summary>From here on migration and synchronisation projects share their tables.</summary>
    public static readonly OmsVersion MergedArchitecture = new(4, 0, 1);

    /// <summary>The release upgraded to.</summary>
    public static readonly OmsVersion EnterpriseTarget = new(4, 2, 2);

    private static readonly OmsVersion IsUpgradeSince = new(3, 3, 1);
    private static readonly OmsVersion ProjectApiSince = new(4, 1, 1);

    /// <summary>Checks the way from one version to another. Bugfix packs count: 3.2.2-bp2 is above 3.2.2 and below 3.3.0.</summary>
    public static UpgradePath Check(OmsEdition edition, OmsVersion from, OmsVersion to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (edition == OmsEdition.Community)
        {
            return new UpgradePath.Refused(
                $"Upgrading OMS Community ({from} to {to}) is not yet supported by this release; use the vendor's guide for {to}, or wait for a release that lists Community.");
        }

        if (from.Community || to.Community)
        {
            var version = from.Community ? from : to;
            return new UpgradePath.Refused(
                $"Version {version} is a Community version but the edition is Enterprise; an edition cannot be changed by an upgrade. Correct edition, fromVersion or toVersion.");
        }

        if (from == to)
        {
            return new UpgradePath.Refused($"fromVersion and toVersion are both {from}; there is nothing to upgrade. Correct one of them.");
        }

        if (from > to)
        {
            return new UpgradePath.Refused(
                $"{from} to {to} is a step back; OMS cannot be downgraded by an upgrade. Correct fromVersion or toVersion.");
        }

        if (from < EnterpriseFloor)
        {
            return new UpgradePath.Refused(
                $"OMS Enterprise {from} cannot go to {to} directly: upgrade to {EnterpriseFloor} first, then from {EnterpriseFloor} to {to}.");
        }

        if (from >= MergedArchitecture)
        {
            return new UpgradePath.Refused(
                $"Upgrading OMS Enterprise from {from} is not yet supported by this release, which takes {EnterpriseFloor} or later but below {MergedArchitecture} to {EnterpriseTarget}; use the vendor's guide for {to}.");
        }

        if (to.Release != EnterpriseTarget)
        {
            return new UpgradePath.Refused(
                $"Upgrading OMS Enterprise to {to} is not yet supported by this release; set toVersion to {EnterpriseTarget} or one of its bugfix packs.");
        }

        return new UpgradePath.Allowed
        {
            NeedsCorrectionJar = from < MergedArchitecture && to >= MergedArchitecture,
            NeedsIsUpgrade = to >= IsUpgradeSince,
            NeedsProjectChecks = from < MergedArchitecture,
            NeedsEnableConnectorRule = from < MergedArchitecture && to >= MergedArchitecture,
            SourceHasProjectApi = from >= ProjectApiSince,
            TargetHasProjectApi = to >= ProjectApiSince,
            TargetMayServeHealth = to >= ProjectApiSince,
        };
    }
}
