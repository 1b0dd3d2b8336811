namespace Drydock.Lab;

/// <summary>
/// One changing request (HTTP POST, PUT, PATCH, DELETE, or a writing SQL statement) as a fault proxy saw it.
/// </summary>
/// <param name="Proxy">Name of the proxy.</param>
/// <param name="Number">Position among all acts of the ledger, from 1.</param>
/// <param name="Verb">HTTP method, or first word of the statement.</param>
/// <param name="Target">URL path, or the statement without its literals.</param>
/// <param name="Digest">First 12 hex digits of the SHA-256 of the body; <c>stream</c> for an upload that was not
/// buffered.</param>
public sealed record FaultAct(string Proxy, int Number, string Verb, string Target, string Digest)
{
    /// <summary>For a ledger: <c>docker-h1 #12 POST /containers/x/start</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Proxy} #{Number} {Verb} {Target}");
}
