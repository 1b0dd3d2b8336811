namespace Drydock.Reconcilers.Oms;

/// <summary>Which upgrades are possible (docs/research/oms.md#upgrade-paths), and what each needs
/// (docs/research/oms.md#procedure), as the version data has it. Pure.</summary>
/// <param name="data">What is known of the releases.</param>
internal sealed class UpgradePaths(OmsVersionData data)
{
    private const string Flag = "spec.allowUnsupportedPath: true allows it at your own risk, and the plan says so.";

    /// <summary>Checks the upgrade from one version to another. Bugfix packs count: 3.2.2-bp2 is above 3.2.2 and below
    /// 3.3.0.</summary>
    /// <param name="edition">The edition.</param>
    /// <param name="from">The version that runs.</param>
    /// <param name="to">The version wanted.</param>
    /// <param name="allowUnlisted">Allows an upgrade that the vendor merely does not list; never one whose steps are
    /// unknown, a downgrade, or another edition.</param>
    public UpgradePath Check(OmsEdition edition, OmsVersion from, OmsVersion to, bool allowUnlisted = false)
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

        return Check(new ListedPaths(data.Of(edition)), from, to, allowUnlisted);
    }

    private static UpgradePath Check(ListedPaths listed, OmsVersion from, OmsVersion to, bool allowUnlisted)
    {
        var versions = listed.Versions;
        if (versions.Floor is { } floor && from < floor)
        {
            return new UpgradePath.Refused(
                $"OMS {versions.Edition} {from} cannot be upgraded to {to} directly. Upgrade to {floor} first, then "
                    + $"go {floor} → {(to > floor ? to : listed.HighestFrom(floor) ?? floor)}. "
                    + $"The vendor's guides start from {floor}.");
        }

        if (versions.Release(to)?.IsListedFrom(from) == true)
        {
            return Allow(versions, from, to, unlisted: null);
        }

        var why = $"OMS {versions.Edition} {from} to {to}: {listed.WhatIsListed(to)}";
        var refusal = $"{why}; {listed.WayOut(from, to)}.";
        if (listed.Obstacle(from, to) is { } obstacle)
        {
            return new UpgradePath.Refused($"{refusal} {obstacle}, so allowUnsupportedPath does not allow it.");
        }

        return allowUnlisted
            ? Allow(versions, from, to, why)
            : new UpgradePath.Refused($"{refusal} {Flag}");
    }

    private static UpgradePath.Allowed Allow(
        OmsEditionVersions versions, OmsVersion from, OmsVersion to, string? unlisted)
    {
        var crosses = !versions.IsMerged(from) && versions.IsMerged(to);
        return new UpgradePath.Allowed
        {
            Edition = versions.Edition,
            From = from,
            To = to,
            NeedsCorrectionJar = crosses && versions.Correction == MergeCorrection.Jar,
            Source = versions.Procedure(from),
            Target = versions.Procedure(to),
            NeedsProjectChecks = crosses,
            ReadsProjectTables = !versions.IsMerged(from),
            ProjectTablesStay = !versions.IsMerged(to),
            KnownFailures = versions.KnownFailures(to),
            Advice = versions.Advice(from, to),
            Questions = versions.Questions(from, to),
            Unlisted = unlisted,
        };
    }
}
