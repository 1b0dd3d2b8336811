namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What upgrade_ysql and upgrade_bsql print (docs/research/yugabytedb.md#admin-tool).</summary>
/// <param name="IsNeeded">False where SQL is off and there was nothing to upgrade.</param>
internal sealed record CatalogUpgrade(bool IsNeeded)
{
    private static readonly string[] Words = ["YSQL", "BSQL"];

    // Failures caused by concurrent statements: they disappear without action, if the statements do
    // (docs/research/yugabytedb.md#known-failures).
    private static readonly string[] Passing =
    [
        "Catalog Version Mismatch",
        "catalog version mismatch",
        "MISMATCHED_SCHEMA",
        "40001",
        "Restart read required",
        "could not serialize access",
        "Couldn't find alive tablet server",
        "Master config has no leader",
    ];

    // The tool's time was over; the tablet server continues.
    private static readonly string[] TimedOut = ["Timed out", "timed out"];

    public static CatalogUpgrade Parse(string command, string output)
    {
        var lines = AdminLines.Of(output);
        return Words.Any(
            w => AdminLines.Has(lines, $"{w} successfully upgraded to the latest version")) ? new CatalogUpgrade(true)
            : Words.Any(
                w => AdminLines.Has(lines, $"Upgrade is not needed since {w} is disabled")) ? new CatalogUpgrade(false)
            : throw new AdminOutputException(
                command,
                "'YSQL successfully upgraded to the latest version' or 'Upgrade is not needed since YSQL is disabled' "
                + "(BSQL for BMDB)",
                output);
    }

    public static bool IsPassing(string printed) =>
        Passing.Any(p => printed.Contains(p, StringComparison.Ordinal));

    /// <summary>Whether what was printed by a failed upgrade says that only the tool stopped waiting. The tablet server
    /// may still upgrade the catalogue.</summary>
    public static bool IsTimeOut(string printed) =>
        TimedOut.Any(t => printed.Contains(t, StringComparison.Ordinal));
}
