using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// Whether there is a way from one version to the other in one step (docs/research/yugabytedb.md#procedure).
/// </summary>
/// <param name="From">The version that runs.</param>
/// <param name="To">The version to go to.</param>
/// <param name="Refusals">Why not; empty if there is.</param>
/// <param name="Notes">What the reader of the plan must know.</param>
internal sealed record YugabyteUpgradePath(
    YugabyteVersion From, YugabyteVersion To, IReadOnlyList<Finding> Refusals, IReadOnlyList<string> Notes)
{
    private const string FromField = "spec.fromVersion";
    private const string ToField = "spec.toVersion";

    /// <summary>Judges the versions of a spec; null, with a finding, if one cannot be read.</summary>
    public static YugabyteUpgradePath? Of(DatabaseRollingUpgradeSpec spec, out IReadOnlyList<Finding> unreadable)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var readable = YugabyteVersion.TryParse(spec.FromVersion, out var from) & YugabyteVersion.TryParse(spec.ToVersion, out var to);
        if (!readable)
        {
            unreadable =
            [
                new Finding { Reason = Reasons.InvalidSpec, Field = FromField, Message = $"fromVersion '{spec.FromVersion}' or toVersion '{spec.ToVersion}' is no version of YugabyteDB; expected for instance 2.18.4.0-b52 or 2.18.4, as /api/v1/version of a process says it" },
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
            yield return Refuse($"toVersion {to} is not later than fromVersion {from}: a rolling upgrade only goes forward; the way back of an upgrade is spec.desiredState: RolledBack of that upgrade");
        }

        // Only the vendor of YugabyteDB counts previews by odd numbers.
        if (dialect == YugabyteDialect.Yugabyte && from.IsPreview != to.IsPreview)
        {
            yield return Refuse($"{from} is a {Kind(from)} release and {to} a {Kind(to)} one: the vendor does not support upgrades between stable and preview releases (odd second number). Choose a {Kind(from)} release to go to");
        }
    }

    private static IEnumerable<string> Remark(YugabyteDialect dialect, YugabyteVersion from, YugabyteVersion to)
    {
        if (from.Series != to.Series)
        {
            yield return $"the vendor supports going to {to.Series} only from the latest minor release of {from.Series}; which one that is cannot be known here: compare {from} with the release notes";
        }

        if (dialect == YugabyteDialect.Yugabyte && !YugabyteFeatures.CanRollBack(dialect, from))
        {
            yield return $"point-in-time history from before the upgrade is lost, and backups of {to} cannot be restored on {from}";
        }
    }

    private static string Kind(YugabyteVersion version) => version.IsPreview ? "preview" : "stable";

    private static Finding Refuse(string message) =>
        new() { Reason = Reasons.VersionPathUnsupported, Field = ToField, Message = message };
}
