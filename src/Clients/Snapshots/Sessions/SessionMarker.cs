namespace Drydock.Clients.Snapshots;

/// <summary>Identifies the sessions of a snapshot on the server. Names of locks have at most 64 characters.</summary>
internal static class SessionMarker
{
    /// <summary>Appended to a database name for the load of a restore test, so that it is never mistaken for a
    /// restore.</summary>
    internal const string ForTest = ">verify";

    internal static string Comment(string snapshotId) => $"/* drydock:{snapshotId}; */";

    internal static string LoadLock(string snapshotId, string load) =>
        "drydock.load." + Hash($"{snapshotId}/{load}", 40);

    /// <summary>Beginning of the name of the lock that every client which loads rows holds; its connection id is the
    /// end.</summary>
    internal static string LoaderLock(string snapshotId, string load) =>
        "drydock.part." + Hash($"{snapshotId}/{load}", 28) + ".";

    internal static string DumperLock(string snapshotId) => "drydock.dump." + Hash(snapshotId, 28) + ".";

    internal static string RestoreLock(string target) => "drydock.restore." + Hash(target, 40);

    internal static string Hash(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}
