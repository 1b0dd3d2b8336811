using System.Security.Cryptography;
using System.Text;

namespace Drydock.Clients.Snapshots;

/// <summary>By what a session of a snapshot is known on the server.</summary>
internal static class SessionMarker
{
    /// <summary>SQL comment in every statement that can carry one.</summary>
    internal static string Comment(string snapshotId) => $"/* drydock:{snapshotId}; */";

    /// <summary>Named lock that the session which loads one database holds (at most 64 characters).</summary>
    internal static string LoadLock(string snapshotId, string database) =>
        "drydock.load." + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{snapshotId}/{database}")))[..40];
}
