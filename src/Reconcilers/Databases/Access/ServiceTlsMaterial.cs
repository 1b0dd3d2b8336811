namespace Drydock.Reconcilers.Databases;

/// <summary>TLS towards the HTTP interfaces of a database's processes, as PEM.</summary>
/// <param name="Ca">The only authority that is trusted.</param>
/// <param name="Certificate">Our certificate, where the servers want one.</param>
/// <param name="Key">Its key.</param>
internal sealed record ServiceTlsMaterial(byte[] Ca, byte[]? Certificate, byte[]? Key)
{
    /// <summary>A fixed text, so that no secret is printed.</summary>
    public override string ToString() =>
        Certificate is null ? "an authority" : "an authority, a certificate and its key (not shown)";
}
