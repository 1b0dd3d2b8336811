namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The output of promote_auto_flags, in the present form and in that of 2.18
/// (docs/research/yugabytedb.md#admin-tool).</summary>
/// <param name="Promoted">Whether there was anything to promote.</param>
/// <param name="Version">The version of the configuration, if it is printed.</param>
/// <param name="NeedsRestart">Flags were promoted that only a restart of every process applies.</param>
internal sealed record AutoFlagsPromotion(bool Promoted, int? Version, bool NeedsRestart)
{
    private const string Completed = "PromoteAutoFlags completed successfully";
    private const string OldHeading = "PromoteAutoFlags status:";
    private const string New = "New AutoFlags were promoted";
    private const string NothingNew = "No new AutoFlags eligible to promote";
    private const string OldNothingNew = "No new AutoFlags to promote";
    private const string OldNew = "New AutoFlags were promoted. Config version:";
    private const string Restart = "need to be restarted in order to apply the promoted AutoFlag";

    public static AutoFlagsPromotion Parse(string output)
    {
        var lines = AdminLines.Of(output);
        var restart = lines.Any(l => l.Contains(Restart, StringComparison.Ordinal));
        return Today(lines, restart)
            ?? Old(lines)
            ?? throw new AdminOutputException(
                "promote_auto_flags",
                $"'{Completed}' with '{New}' or '{NothingNew}', or '{OldHeading}' with '{OldNew} N' or "
                + $"'{OldNothingNew}'",
                output);
    }

    private static AutoFlagsPromotion? Today(IReadOnlyList<string> lines, bool restart)
    {
        if (!AdminLines.Has(lines, Completed))
        {
            return null;
        }

        return AdminLines.Has(lines, New)
            && AdminLines.Number(
                lines, "New config version:") is { } version ? new AutoFlagsPromotion(true, version, restart)
            : AdminLines.Has(lines, NothingNew) ? new AutoFlagsPromotion(
                false, AdminLines.Number(lines, "Current config version:"), false)
            : null;
    }

    private static AutoFlagsPromotion? Old(IReadOnlyList<string> lines)
    {
        if (!AdminLines.Has(lines, OldHeading))
        {
            return null;
        }

        return AdminLines.Number(lines, OldNew) is { } version ? new AutoFlagsPromotion(true, version, false)
            : AdminLines.Has(lines, OldNothingNew) ? new AutoFlagsPromotion(false, null, false)
            : null;
    }
}
