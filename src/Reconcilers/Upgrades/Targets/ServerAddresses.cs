using System.Net;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>Where a MySQL-protocol server was reached, in the words of claims.</summary>
internal static class ServerAddresses
{
    /// <summary>By the name that was asked for, and by the address at the other end of the connection.</summary>
    /// <param name="peer">The other end of the connection; null where it is not known.</param>
    public static IReadOnlyList<string> Of(string host, int port, string user, bool isOceanBase, IPEndPoint? peer)
    {
        var tenant = isOceanBase && user.IndexOf('@', StringComparison.Ordinal) is var at and >= 0
            ? user[(at + 1)..]
            : null;
        var named = ClaimTarget.AddressOf(host, port, tenant);
        return peer is null
            ? [named]
            : [
                .. new[] { named, ClaimTarget.AddressOf(peer.Address.ToString(), peer.Port, tenant) }.Distinct(
                    StringComparer.Ordinal),
            ];
    }
}
