namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Whether one version can be upgraded to the other in one step, by what is known of the releases
/// (<c>yugabyte-versions.json</c>).</summary>
internal sealed record YugabyteUpgradePath(
    YugabyteVersion From, YugabyteVersion To, IReadOnlyList<YugabyteVersionRow> Rows)
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
        return new YugabyteUpgradePath(
            from, to, [.. YugabyteVersionData.Rows.Where(row => row.Applies(spec.Engine, from, to))]);
    }

    /// <summary>Reports why it cannot, what an administrator must have checked, and what readers of the plan must
    /// know.</summary>
    /// <param name="sql">Whether to report what holds only with SQL, or what holds always.</param>
    public void Report(Findings findings, bool sql)
    {
        foreach (var row in Rows.Where(row => row.OnlySql == sql))
        {
            var text = row.Say(From, To);
            switch (row.Verdict)
            {
                case YugabyteVerdict.Refuse:
                    findings.Add(Reasons.VersionPathUnsupported, text, field: ToField);
                    break;
                case YugabyteVerdict.Ask:
                    findings.Ask(Reasons.VersionPathUnsupported, row.Key, text, field: ToField);
                    break;
                default:
                    findings.Note(text);
                    break;
            }
        }
    }
}
