namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What rollback_auto_flags prints (docs/research/yugabytedb.md#admin-tool).</summary>
/// <param name="RolledBack">Whether there was anything to roll back.</param>
/// <param name="Version">The version of the configuration now, if it is printed.</param>
internal sealed record AutoFlagsRollback(bool RolledBack, int? Version)
{
    private const string Completed = "RollbackAutoFlags completed successfully";

    public static AutoFlagsRollback Parse(string output, int to)
    {
        var lines = AdminLines.Of(output);
        var number = to.ToString(CultureInfo.InvariantCulture);
        var (done, nothing) = (
            $"AutoFlags that were promoted after config version {number} were successfully rolled back",
            $"No AutoFlags have been promoted since version {number}");
        var completed = AdminLines.Has(lines, Completed);
        return completed
            && AdminLines.Has(lines, done) ? new AutoFlagsRollback(
                true, AdminLines.Number(lines, "New config version:"))
            : completed
                && AdminLines.Has(lines, nothing) ? new AutoFlagsRollback(
                    false, AdminLines.Number(lines, "Current config version:"))
            : throw new AdminOutputException(
                "rollback_auto_flags", $"'{Completed}' with '{done}' or '{nothing}'", output);
    }
}
