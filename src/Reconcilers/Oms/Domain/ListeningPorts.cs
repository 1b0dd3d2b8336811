namespace Drydock.Reconcilers.Oms;

/// <summary>Which TCP ports of a host something else than a container listens on. The container shares the host's
/// network, so it sees every listener, and of the sockets' owners only its own processes.</summary>
internal static class ListeningPorts
{
    public const string Script = "grep -h ' 0A ' /proc/net/tcp /proc/net/tcp6 2>/dev/null; echo --; "
        + "ls -l /proc/[0-9]*/fd 2>/dev/null | grep -o 'socket:\\[[0-9]*\\]' | sort -u";

    /// <summary>Ports on which something outside the container listens; empty also where the answer does not
    /// tell.</summary>
    public static IReadOnlyList<int> Foreign(string answer)
    {
        var parts = answer.Split("\n--\n", 2);
        if (parts.Length < 2)
        {
            return [];
        }

        var own = parts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line.StartsWith("socket:[", StringComparison.Ordinal) && line.EndsWith(']'))
            .Select(line => line["socket:[".Length..^1])
            .ToHashSet(StringComparer.Ordinal);

        // A container whose sockets cannot be seen would make every listener a foreign one.
        return own.Count == 0
            ? []
            :
            [
                .. parts[0].Split('\n').Select(Listener).OfType<(int Port, string Inode)>().Where(
                    listener => !own.Contains(listener.Inode)).Select(listener => listener.Port).Distinct().Order(),
            ];
    }

    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …; addresses are hexadecimal
    // ADDRESS:PORT.
    private static (int Port, string Inode)? Listener(string line)
    {
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Length >= 10
            && columns[3] == "0A"
            && int.TryParse(
                columns[1].AsSpan(columns[1].LastIndexOf(':') + 1),
                NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture,
                out var port)
            ? (port, columns[9])
            : null;
    }
}
