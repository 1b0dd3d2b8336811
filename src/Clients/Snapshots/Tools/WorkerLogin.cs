using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// The one statement that every session of mydumper and myloader runs at login (<c>init-command</c> of their option
/// file).
/// </summary>
internal static class WorkerLogin
{
    /// <summary>
    /// mydumper 0.10 writes escapes by the server's sql_mode, and myloader reads them by its own: both have none that
    /// changes quoting. A lock by which the session is found again; OceanBase has none before 4.2.
    /// </summary>
    internal static string Dumper(MySqlServerKind server, string snapshotId) =>
        "SET SESSION sql_mode='', " + Mark(server != MySqlServerKind.OceanBase, SessionMarker.DumperLock(snapshotId));

    /// <summary>
    /// The head of mydumper's files is missing in a file that begins with the last row of a table (0.10): time zone and
    /// checks are set for the session. The login fails if the session that leads the load has lost its lock: an
    /// operator that was frozen and thaws late must not load into what its successor has restored. Checked by the
    /// server, because whatever is checked here may be old when myloader starts.
    /// </summary>
    internal static string Loader(string snapshotId, string load, LoadSession leader) =>
        "SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO', SESSION time_zone='+00:00', SESSION foreign_key_checks=0, SESSION unique_checks=0, "
        + (leader.LockName is { } held ? string.Create(CultureInfo.InvariantCulture, $"@drydock_leads=IF(IS_USED_LOCK('{held}')={leader.Connection.ConnectionId}, 1, (SELECT 1 UNION SELECT 2)), ") : "")
        + Mark(leader.HasLocks, SessionMarker.LoaderLock(snapshotId, load));

    private static string Mark(bool locks, string prefix) =>
        locks ? $"@drydock=GET_LOCK(CONCAT('{prefix}', CONNECTION_ID()), 0)" : "@drydock=1";
}
