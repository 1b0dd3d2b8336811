using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>Finds the server session of a running child: its local TCP port is the port in the process list's HOST.</summary>
internal static class SessionFinder
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Looks until it is found or the child ends. Null also for socket files and where addresses are translated on the way;
    /// such a session is known by its marker alone.
    /// </summary>
    internal static async Task<SnapshotSession?> FindAsync(
        RunningTool child, MySqlConnection connection, MySqlServerIdentity server, string user, string snapshotId, string database, TimeProvider time, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!child.Ended.IsCompleted)
        {
            foreach (var port in ChildSockets.EstablishedPorts(child.ProcessId))
            {
                var suffix = string.Create(CultureInfo.InvariantCulture, $":{port}");
                var sessions = await MySqlServer.SessionsAsync(connection, cancellationToken).ConfigureAwait(false);
                var own = sessions.FirstOrDefault(s => s.Id == connection.ConnectionId)?.Host ?? "";
                var live = sessions.FirstOrDefault(s => IsUser(s.User, user) && s.Host.EndsWith(suffix, StringComparison.Ordinal) && Address(s.Host) == Address(own));
                if (live is not null)
                {
                    return new SnapshotSession(snapshotId, database, live.Id, live.Host, server.Key);
                }
            }

            // Neither the child nor the server says when the login is done.
            await Task.WhenAny(child.Ended, Task.Delay(pause, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            pause = pause + pause < LongestPause ? pause + pause : LongestPause;
        }

        return null;
    }

    // OceanBase takes user@tenant#cluster and lists the user alone.
    private static bool IsUser(string listed, string user) => user == listed || user.StartsWith(listed + "@", StringComparison.Ordinal);

    private static string Address(string host) => host.LastIndexOf(':') is var colon && colon > 0 ? host[..colon] : host;
}
