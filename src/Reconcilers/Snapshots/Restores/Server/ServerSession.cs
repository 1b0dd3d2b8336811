using System.Globalization;

namespace Drydock.Reconcilers.Snapshots;

/// <summary>A session on the server.</summary>
/// <param name="Id">CONNECTION_ID().</param>
/// <param name="User">Account.</param>
/// <param name="Host">Where it comes from as the server sees it, usually <c>address:port</c>.</param>
/// <param name="Database">Its selected database.</param>
/// <param name="Program">What its client calls itself; null where the server does not tell.</param>
internal sealed record ServerSession(ulong Id, string User, string Host, string? Database, string? Program)
{
    /// <summary>For people.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"session {Id} of {User} from {Host}{(Program is { Length: > 0 } p ? $" ({p})" : "")} on {Database ?? "no database"}");
}
