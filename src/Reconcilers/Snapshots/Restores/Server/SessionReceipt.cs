using System.Globalization;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>
/// A session as stored in <c>status.receipt</c>. Ids start again after a server restart, so the address is part of the
/// identity.
/// </summary>
/// <param name="Id">CONNECTION_ID().</param>
/// <param name="Host">The client address as the server sees it.</param>
internal sealed record SessionReceipt(ulong Id, string Host)
{
    private const string Prefix = "session/";

    /// <summary>Key in the receipt.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Id}");

    /// <summary>True for keys of sessions.</summary>
    public static bool IsKey(string key)
    {
        return key.StartsWith(Prefix, StringComparison.Ordinal);
    }

    /// <summary>The sessions of a receipt.</summary>
    public static IReadOnlyList<SessionReceipt> Of(IReadOnlyDictionary<string, string>? receipt) =>
    [
        .. (receipt ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Where(e => IsKey(e.Key))
            .Select(
                e =>
                    ulong.TryParse(
                        e.Key.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                        ? new SessionReceipt(id, e.Value)
                        : null)
            .OfType<SessionReceipt>(),
    ];
}
