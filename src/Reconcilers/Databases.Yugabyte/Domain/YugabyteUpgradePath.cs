namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether one version can be upgraded to the other in one step
/// (docs/research/yugabytedb.md#procedure).</summary>
/// <param name="From">The version that runs.</param>
/// <param name="To">The version to go to.</param>
/// <param name="Refusals">Why it cannot; empty if it can.</param>
/// <param name="Notes">Notes for the reader of the plan.</param>
internal sealed record YugabyteUpgradePath(
    YugabyteVersion From, YugabyteVersion To, IReadOnlyList<Finding> Refusals, IReadOnlyList<string> Notes)
{
    private const string FromField = "spec.fromVersion";
    private const string ToField = "spec.toVersion";

    /// <summary>Judges the versions of a spec; null, with a finding, if one cannot be read.</summary>
    public static YugabyteUpgradePath? Of(DatabaseRollingUpgradeSpec spec, out IReadOnlyList<Finding> unreadable)
    {
        var readable = YugabyteVersion.TryParse(
            spec.FromVersion, out var from) & YugabyteVersion.TryParse(spec.ToVersion, out var to);
        if (!readable)
        {
            unreadable =
            [
                new Finding
                {
                    Reason = Reasons.InvalidSpec,
                    Field = FromField,
                    Message = $"fromVersion '{spec.FromVersion}' or toVersion '{spec.ToVersion}' is not a version of "
                        + "YugabyteDB. Use the form of /api/v1/version of a process, for instance 2.18.4.0-b52 or "
                        + "2.18.4.",
                },
            ];
            return null;
        }

        unreadable = [];
        var dialect = (spec.Yugabyte ?? new YugabyteSpec()).Dialect;
        return new YugabyteUpgradePath(from, to, [.. Judge(dialect, from, to)], [.. Remark(dialect, from, to)]);
    }

    private static IEnumerable<Finding> Judge(YugabyteDialect dialect, YugabyteVersion from, YugabyteVersion to)
    {
        if (to <= from)
        {
            yield return Refuse(
                $"toVersion {to} is not later than fromVersion {from}. "
                + "To roll an upgrade back, set spec.desiredState: RolledBack of that upgrade.");
        }

        // Only the vendor of YugabyteDB counts previews by odd numbers.
        if (dialect == YugabyteDialect.Yugabyte && from.IsPreview != to.IsPreview)
        {
            yield return Refuse(
                $"{from} is a {Kind(from)} release and {to} a {Kind(to)} one: the vendor does not support upgrades "
                + "between stable and preview releases (odd second number). "
                + $"Choose a {Kind(from)} release as toVersion.");
        }
    }

    private static IEnumerable<string> Remark(YugabyteDialect dialect, YugabyteVersion from, YugabyteVersion to)
    {
        if (from.Series != to.Series)
        {
            yield return $"The vendor recommends the latest minor release of {to.Series} as the version to upgrade to. "
                + $"The operator does not know which one that is. Compare {to} with the release notes.";
        }

        if (dialect == YugabyteDialect.Yugabyte && !YugabyteFeatures.CanRollBack(dialect, from))
        {
            yield return $"Point-in-time history from before the upgrade is lost, and backups of {to} cannot be "
                + $"restored on {from}.";
        }
    }

    private static string Kind(YugabyteVersion version) => version.IsPreview ? "preview" : "stable";

    private static Finding Refuse(string message) =>
        new() { Reason = Reasons.VersionPathUnsupported, Field = ToField, Message = message };
}
