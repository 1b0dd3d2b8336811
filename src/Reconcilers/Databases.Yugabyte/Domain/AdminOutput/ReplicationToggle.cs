namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What set_universe_replication_enabled prints (docs/research/yugabytedb.md#admin-tool).</summary>
internal static class ReplicationToggle
{
    public static void Check(string output, bool enabled)
    {
        var expected = Expected(enabled);
        if (!AdminLines.Has(AdminLines.Of(output), expected))
        {
            throw new AdminOutputException("set_universe_replication_enabled", $"'{expected}'", output);
        }
    }

    /// <summary>The line that must be printed.</summary>
    public static string Expected(bool enabled) =>
        enabled ? "Replication enabled successfully" : "Replication disabled successfully";
}
