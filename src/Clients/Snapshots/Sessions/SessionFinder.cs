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
                var sessions = await list();
                var own = Address(sessions.FirstOrDefault(static s => s.IsOwn)?.Host ?? "");
                foreach (var port in ports)
                {
                    var suffix = $":{port}";
                    if (sessions.FirstOrDefault(s => IsUser(s.User, user)
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
            await Task.WhenAny(child.Ended, Task.Delay(pause, time, cancellationToken));
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

/// <summary>Finds the local TCP ports of a process in /proc.</summary>
internal static class ChildSockets
{
    private const string Established = "01";

    internal static IReadOnlyList<int> EstablishedPorts(int pid)
    {
        try
        {
            // Sockets that this process also has open were inherited and do not belong to the child.
            var inherited = Inodes("self");
            var own = Inodes(pid.ToString(CultureInfo.InvariantCulture));
            own.ExceptWith(inherited);
            return own.Count == 0
                ? []
                : [
                    .. Table(pid, "tcp")
                        .Concat(Table(pid, "tcp6"))
                        .Where(e => own.Contains(e.Inode))
                        .Select(static e => e.Port)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static HashSet<string> Inodes(string process) => new DirectoryInfo($"/proc/{process}/fd")
        .EnumerateFiles()
        .Select(static f => f.LinkTarget)
        .Where(static t => t?.StartsWith("socket:[", StringComparison.Ordinal) == true)
        .Select(static t => t![8..^1])
        .ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<Entry> Table(int pid, string name)
    {
        var path = $"/proc/{pid}/net/{name}";
        if (!File.Exists(path))
        {
            yield break;
        }

        foreach (var line in File.ReadLines(path).Skip(1))
        {
            // sl local_address remote_address state queues timer retransmits uid timeout inode …
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 9 && fields[3] == Established)
            {
                yield return new Entry(
                    int.Parse(
                        fields[1].AsSpan(fields[1].LastIndexOf(':') + 1),
                        NumberStyles.HexNumber,
                        CultureInfo.InvariantCulture),
                    fields[9]);
            }
        }
    }

    private readonly record struct Entry(int Port, string Inode);
}
