using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Which upgrades are possible (docs/research/oms.md#upgrade-paths), and what each needs
/// (docs/research/oms.md#procedure).
/// </summary>
internal static class UpgradePaths
{
    /// <summary>Below this Enterprise must first go to it.</summary>
    public static readonly OmsVersion EnterpriseFloor = new(3, 2, 1);

    /// <summary>From here on migration and synchronisation projects share their tables.</summary>
    public static readonly OmsVersion MergedArchitecture = new(4, 0, 1);

    /// <summary>The Enterprise release that every supported one can go to.</summary>
    public static readonly OmsVersion EnterpriseTarget = new(4, 2, 2);

    private static readonly OmsVersion DbTypeSince = new(3, 3, 0);
    private static readonly OmsVersion IsUpgradeSince = new(3, 3, 1);
    private static readonly OmsVersion InitSince = new(3, 3, 0);
    private static readonly OmsVersion ProjectApiSince = new(4, 1, 1);

    /// <summary>
    /// Checks the upgrade from one version to another. Bugfix packs count: 3.2.2-bp2 is above 3.2.2 and below 3.3.0.
    /// </summary>
    /// <param name="edition">The edition.</param>
    /// <param name="from">The version that runs.</param>
    /// <param name="to">The version wanted.</param>
    /// <param name="allowUnlisted">Allows an upgrade that the vendor merely does not list; never one whose steps are
    /// unknown, a downgrade, or another edition.</param>
    public static UpgradePath Check(OmsEdition edition, OmsVersion from, OmsVersion to, bool allowUnlisted = false)
    {
        if (edition == OmsEdition.Community)
        {
            (from, to) = (from.AsCommunity(), to.AsCommunity());
        }
        else if (from.Community || to.Community)
        {
            var version = from.Community ? from : to;
            return new UpgradePath.Refused(
                $"Version {version} is a Community version, but the edition is Enterprise. "
                    + "An upgrade cannot change the edition. Correct spec.edition, spec.fromVersion or "
                    + "spec.toVersion.");
        }

        if (from == to)
        {
            return new UpgradePath.Refused(
                $"spec.fromVersion and spec.toVersion are both {from}; there is nothing to upgrade. "
                    + "Correct one of them.");
        }

        if (from > to)
        {
            return new UpgradePath.Refused(
                $"{from} to {to} is a downgrade, which an upgrade of OMS cannot do. Correct spec.fromVersion or "
                    + "spec.toVersion.");
        }

        return edition == OmsEdition.Community
            ? Community(from, to, allowUnlisted)
            : Enterprise(from, to, allowUnlisted);
    }

    private static UpgradePath Community(OmsVersion from, OmsVersion to, bool allowUnlisted)
    {
        if (CommunityPaths.IsListed(from, to))
        {
            return Allow(OmsEdition.Community, from, to, unlisted: null);
        }

        var why = $"OMS Community {from} to {to}: {CommunityPaths.WhatIsListed(to)}";
        if (Crosses(from, to))
        {
            return new UpgradePath.Refused(
                $"{why}; {CommunityPaths.WayOut(from, to)}. Whether Community needs a correction of the metadata "
                    + $"across {MergedArchitecture} is not documented, so allowUnsupportedPath does not allow it.");
        }

        return allowUnlisted
            ? Allow(OmsEdition.Community, from, to, why)
            : new UpgradePath.Refused($"{why}; {CommunityPaths.WayOut(from, to)}. {Flag}");
    }

    private static UpgradePath Enterprise(OmsVersion from, OmsVersion to, bool allowUnlisted)
    {
        if (from < EnterpriseFloor)
        {
            return new UpgradePath.Refused(
                $"OMS Enterprise {from} cannot be upgraded to {to} directly. Upgrade to {EnterpriseFloor} first, then "
                    + $"go {EnterpriseFloor} → {(to > EnterpriseFloor ? to : EnterpriseTarget)}. "
                    + $"The vendor's guides start from {EnterpriseFloor}.");
        }

        if (EnterprisePaths.IsListed(from, to))
        {
            return Allow(OmsEdition.Enterprise, from, to, unlisted: null);
        }

        var why = $"OMS Enterprise {from} to {to}: {EnterprisePaths.WhatIsListed(from, to)}";
        if (EnterprisePaths.Obstacle(from, to) is { } obstacle)
        {
            return new UpgradePath.Refused($"{why}. Besides, {obstacle}, so allowUnsupportedPath does not allow it.");
        }

        return allowUnlisted ? Allow(OmsEdition.Enterprise, from, to, why) : new UpgradePath.Refused($"{why}. {Flag}");
    }

    private const string Flag = "spec.allowUnsupportedPath: true allows it at your own risk, and the plan says so.";

    // 4.0.1 restructured the project tables. The Community suffix does not matter here.
    private static bool Crosses(OmsVersion from, OmsVersion to) => !IsMerged(from) && IsMerged(to);

    private static bool IsMerged(OmsVersion version) => AtLeast(version, MergedArchitecture);

    private static bool AtLeast(OmsVersion version, OmsVersion since) =>
        version.IsSameRelease(since) || version > since;

    private static UpgradePath.Allowed Allow(OmsEdition edition, OmsVersion from, OmsVersion to, string? unlisted)
    {
        var crosses = Crosses(from, to);
        return new UpgradePath.Allowed
        {
            Edition = edition,
            From = from,
            To = to,
            NeedsCorrectionJar = crosses && edition == OmsEdition.Enterprise,
            NeedsIsUpgrade = AtLeast(to, IsUpgradeSince),
            NeedsInit = AtLeast(to, InitSince),
            NeedsProjectChecks = crosses,
            NeedsCascadeCheck = crosses && edition == OmsEdition.Enterprise,
            ReadsProjectTables = !IsMerged(from),
            MayLackDbType = !AtLeast(from, DbTypeSince),
            NeedsEnableConnectorRule = crosses,
            SourceHasProjectApi = AtLeast(from, ProjectApiSince),
            TargetHasProjectApi = AtLeast(to, ProjectApiSince),
            TargetMayServeHealth = AtLeast(to, ProjectApiSince),
            ProjectTablesStay = !IsMerged(to),
            Unlisted = unlisted,
        };
    }
}
