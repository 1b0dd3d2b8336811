using System.Text.RegularExpressions;

namespace Drydock.Clients.Snapshots;

/// <summary>Tells by the error numbers of the server, as the tools print them, what a failure is about.</summary>
internal static partial class ServerTrouble
{
    /// <summary>What the text says, or <paramref name="otherwise"/>.</summary>
    internal static SnapshotFailure Of(string text, SnapshotFailure otherwise)
    {
        // 1021 disk full, 1114 table full; errno 28 is ENOSPC inside of others (1030, 1005, 3).
        if (Full().IsMatch(text))
        {
            return SnapshotFailure.ServerFull;
        }

        // 1290 and 1836 read-only server, 1792 read-only transaction.
        if (ReadOnly().IsMatch(text))
        {
            return SnapshotFailure.ReadOnlyServer;
        }

        // 2006, 2013 connection gone; 1053 shutdown; 1317, 1927 killed.
        return Lost().IsMatch(text) ? SnapshotFailure.ConnectionLost : otherwise;
    }

    [GeneratedRegex(@"ERROR (1021|1114)\b|\bThe table '.*' is full|[Ee]rrno: 28\b|No space left on device|Disk full", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Full();

    [GeneratedRegex(@"ERROR (1290|1836|1792)\b|--(super-)?read[-_]only|READ ONLY transaction", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex ReadOnly();

    [GeneratedRegex(@"ERROR (2006|2013|2055|1053|1317|1927)\b|server has gone away|Lost connection|Connection was killed|Server shutdown in progress", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Lost();
}
