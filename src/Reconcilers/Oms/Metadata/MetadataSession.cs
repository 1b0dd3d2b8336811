namespace Drydock.Reconcilers.Oms;

/// <summary>A session on the metadata server. Never the text of its statement.</summary>
/// <param name="Id">Connection id.</param>
/// <param name="User">Account.</param>
/// <param name="Host">Where it comes from, <c>host:port</c>.</param>
/// <param name="Database">Its current database.</param>
/// <param name="Command">What kind of command it runs, for instance <c>Sleep</c> or <c>Query</c>.</param>
internal sealed record MetadataSession(long Id, string User, string Host, string Database, string Command)
{
    /// <summary>One line for messages.</summary>
    public override string ToString() => $"{Id} ({User} from {Host} on {Database}, {Command})";
}
