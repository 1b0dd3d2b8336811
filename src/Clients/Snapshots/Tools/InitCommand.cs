using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// The one statement that every session of mydumper and myloader runs at login (<c>init-command</c> of their option
/// file).
/// </summary>
internal static class InitCommand
{
    /// <summary>
    /// mydumper 0.10 writes escapes by the server's sql_mode, and myloader reads them by its own: both get one that
    /// does not change quoting. The lock identifies the session; OceanBase has no locks before 4.2.
    /// </summary>
    internal static string Dumper(MySqlServerKind server, string snapshotId) =>
        "SET SESSION sql_mode='', " + Mark(server != MySqlServerKind.OceanBase, SessionMarker.DumperLock(snapshotId));

    /// <summary>
    /// mydumper 0.10 omits the file head if a file begins with the last row of a table, so time zone and checks are set
    /// for the session. The login fails if the leading session has lost its lock: an operator that was suspended and
    /// resumes late must not load into a database that its successor has restored. The server checks this, because a
    /// check here may be outdated when myloader starts.
    /// </summary>
    internal static string Loader(string snapshotId, string load, LoadSession leader) =>
        "SET SESSION sql_mode='NO_AUTO_VALUE_ON_ZERO', SESSION time_zone='+00:00', SESSION foreign_key_checks=0, "
            + "SESSION unique_checks=0, "
        + (
            leader.Lock is { } held
                ? Idle(held) + $"@drydock_leads=IF({held.HeldCondition}, 1, (SELECT 1 UNION SELECT 2)), "
                : "")
        + Mark(leader.HasLocks, SessionMarker.LoaderLock(snapshotId, load));

    private static string Idle(ServerLock held) => held.IdleSeconds is { } seconds
        ? string.Create(CultureInfo.InvariantCulture, $"SESSION wait_timeout={seconds}, ")
        : "";

    private static string Mark(bool locks, string prefix) =>
        locks ? $"@drydock=GET_LOCK(CONCAT('{prefix}', CONNECTION_ID()), 0)" : "@drydock=1";
}
