namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// A target as the claims on it are named. The identity that a server reports is not enough: two servers may report the
/// same one, and a server may lie. Where the operator reached it is a fact that no server chooses. So a claim is held
/// under one name for each of
/// <list type="bullet">
/// <item>the identity within one namespace, where the server has one of its own (a uuid, a cluster id): a liar keeps
/// others of its own namespace away;</item>
/// <item>the identity at each address, for all namespaces: the holder of that name has logged in at that
/// address.</item>
/// </list>
/// A server without an identity of its own (MariaDB before 11, OceanBase) is known by its addresses alone. Two runs
/// meet if they share one name.
/// </summary>
/// <param name="Identity">The identity that the target reports: <c>uuid:…/database</c>, <c>addr:host:port/database</c>,
/// a cluster id.</param>
/// <param name="Addresses">Where it was reached, <see cref="AddressOf"/>; empty if that is not known.</param>
internal sealed record ClaimTarget(string Identity, IReadOnlyList<string> Addresses)
{
    private const string Unnamed = "addr:";

    public static ClaimTarget? Of(TargetStatus? status) =>
        status?.Identity is { } identity ? new ClaimTarget(identity, status.Addresses) : null;

    /// <summary>The metadata server as it itself says, and the console's database on it.</summary>
    public static string IdentityOf(string serverIdentity, string rmDatabase) => $"{serverIdentity}/{rmDatabase}";

    /// <summary>The part of an identity that the server says of itself.</summary>
    public static string? ServerOf(string? identity) =>
        identity?.LastIndexOf('/') is { } end and > 0 ? identity[..end] : null;

    /// <summary>An address in the words of claims.</summary>
    /// <param name="tenant">The value by which a proxy selects the server behind that address; null for none.</param>
    public static string AddressOf(string host, int port, string? tenant = null)
    {
        var normal = HostNames.Normalize(host);
        var name = normal.Contains(':', StringComparison.Ordinal) ? $"[{normal}]" : normal;
        var address = $"{name}:{port}";
        return tenant is { Length: > 0 } ? $"{tenant.ToLowerInvariant()}@{address}" : address;
    }

    public IReadOnlyList<string> Names(string? @namespace) =>
        [.. Keys(@namespace).Select(NameOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public ClaimTarget With(string part) => this with { Identity = $"{Server}/{part}" };

    public bool IsOnServerOf(ClaimTarget other, string? @namespace, string? othersNamespace) =>
        (this with { Identity = Server })
            .Names(@namespace)
            .Intersect((other with { Identity = other.Server }).Names(othersNamespace), StringComparer.Ordinal)
            .Any();

    private string Server => Identity.LastIndexOf('/') is var slash and >= 0 ? Identity[..slash] : Identity;

    private IEnumerable<string> Keys(string? @namespace)
    {
        var named = !Identity.StartsWith(Unnamed, StringComparison.Ordinal);
        if (named || Addresses.Count == 0)
        {
            yield return $"in {@namespace}: {Identity}";
        }

        foreach (var address in Addresses)
        {
            yield return $"at {address}: {(named ? Identity : Identity[Server.Length..])}";
        }
    }

    private static string NameOf(string key) =>
        "drydock-target-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..20];
}
