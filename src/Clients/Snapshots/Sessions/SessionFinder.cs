using System.Runtime.CompilerServices;

namespace Drydock.Clients.Snapshots;

/// <summary>Finds the server sessions of a running child: its local TCP ports are the ports in the process list's
/// HOST.</summary>
internal static class SessionFinder
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Searches until all are found or the child ends. Finds none with socket files or address translation;
    /// such a session is identified only by its marker or lock.</summary>
    internal static async IAsyncEnumerable<SnapshotSession> FindAsync(
        RunningTool child,
        Func<Task<IReadOnlyList<ListedSession>>> list,
        string serverKey,
        string user,
        string snapshotId,
        string database,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = new HashSet<int>();
        var pause = FirstPause;
        while (!child.Ended.IsCompleted)
        {
            var ports = ChildSockets.EstablishedPorts(child.ProcessId).Where(p => !found.Contains(p)).ToList();
            if (ports.Count > 0)
            {
                var sessions = await list().ConfigureAwait(false);
                var own = Address(sessions.FirstOrDefault(static s => s.IsOwn)?.Host ?? "");
                foreach (var port in ports)
                {
                    var suffix = string.Create(CultureInfo.InvariantCulture, $":{port}");
                    if (sessions.FirstOrDefault(
                        s =>
                            IsUser(s.User, user)
                                && s.Host.EndsWith(suffix, StringComparison.Ordinal)
                                && Address(s.Host) == own) is { } live)
                    {
                        found.Add(port);
                        yield return new SnapshotSession(snapshotId, database, live.Id, live.Host, serverKey);
                    }
                }
            }

            if (found.Count >= child.Sessions)
            {
                yield break;
            }

            // Neither the child nor the server reports when the login is complete.
            await Task.WhenAny(child.Ended, Task.Delay(pause, time, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            pause = pause + pause < LongestPause ? pause + pause : LongestPause;
        }
    }

    // OceanBase accepts user@tenant#cluster and lists only the user.
    private static bool IsUser(string listed, string user) =>
        user == listed || user.StartsWith(listed + "@", StringComparison.Ordinal);

    private static string Address(string host) =>
        host.LastIndexOf(':') is var colon && colon > 0 ? host[..colon] : host;
}
