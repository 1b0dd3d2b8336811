namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>TiDB servers that write no binlog any more because a write failed (binlog.ignore-error): the replica
/// downstream lacks their changes. Read from binlog_status of GET /info: the path /binlog/recover is never asked,
/// because it ends the skipping in the versions that are upgraded (docs/research/tidb.md#tidb-server).</summary>
internal static class SkippedBinlog
{
    public static async Task<List<string>> ByAsync(ITiDbTargets targets, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var server in targets.Spec().Of(DatabaseComponent.TiDB))
        {
            if ((await targets.Tidb().InfoAsync(targets.Spec().Status(server), cancellationToken)).SkipsBinlog)
            {
                names.Add(server.Name);
            }
        }

        return names;
    }

    public static string Warning(string server) =>
        $"{server} SKIPS BINLOG since a write to the pumps failed: the replica downstream lacks changes, whether or "
        + "not the upgrade runs. Compare it with the source and load what is missing.";
}
