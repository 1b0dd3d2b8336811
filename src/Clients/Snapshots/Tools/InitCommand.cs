namespace Drydock.Clients.Snapshots;

/// <summary>The one statement that every session of mydumper runs at login (<c>init-command</c> of its option
/// file).</summary>
internal static class InitCommand
{
    /// <summary>mydumper 0.10 writes escapes by the server's sql_mode; this one does not change quoting. The lock
    /// identifies the session; OceanBase has no locks before 4.2.</summary>
    internal static string Dumper(MySqlServerKind server, string snapshotId) =>
        "SET SESSION sql_mode='', " + (server == MySqlServerKind.OceanBase
            ? "@drydock=1"
            : $"@drydock=GET_LOCK(CONCAT('{SessionMarker.DumperLock(snapshotId)}', CONNECTION_ID()), 0)");
}
