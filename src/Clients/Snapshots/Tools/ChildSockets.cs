namespace Drydock.Clients.Snapshots;

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
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/net/{name}");
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
