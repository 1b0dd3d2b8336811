using System.Security.Cryptography;
using System.Text;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Identifies the sessions of a snapshot on the server. Names of locks have at most 64 characters.
/// </summary>
internal static class SessionMarker
{
    /// <summary>
    /// Appended to a database name for the load of a restore test, so that it is never mistaken for a restore.
    /// </summary>
    internal const string ForTest = ">verify";

    /// <summary>SQL comment in every statement that can carry one.</summary>
    internal static string Comment(string snapshotId) => $"/* drydock:{snapshotId}; */";

    /// <summary>Named lock that the session which loads one database holds.</summary>
    internal static string LoadLock(string snapshotId, string load) =>
        "drydock.load." + Hash($"{snapshotId}/{load}", 40);

    /// <summary>
    /// Beginning of the name of the lock that every client which loads rows holds; its connection id is the end.
    /// </summary>
    internal static string LoaderLock(string snapshotId, string load) =>
        "drydock.part." + Hash($"{snapshotId}/{load}", 28) + ".";

    /// <summary>
    /// Beginning of the name of the lock that every session of mydumper holds; its connection id is the end.
    /// </summary>
    internal static string DumperLock(string snapshotId) => "drydock.dump." + Hash(snapshotId, 28) + ".";

    /// <summary>
    /// Named lock held by the session that drops and recreates a database, for any snapshot.
    /// </summary>
    internal static string RestoreLock(string target) => "drydock.restore." + Hash(target, 40);

    /// <summary>First characters of the hash of a text, in hexadecimal.</summary>
    internal static string Hash(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}
