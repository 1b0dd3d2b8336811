using System.Security.Cryptography.X509Certificates;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>What proves to the API server who is asking.</summary>
/// <param name="Token">Bearer token.</param>
/// <param name="ClientCertificate">Client certificate with its private key.</param>
public sealed record Credential(string? Token, X509Certificate2? ClientCertificate)
{
    /// <summary>Nobody: the server decides what anonymous may do.</summary>
    public static Credential Anonymous { get; } = new(null, null);

    /// <summary>The kinds present, no value.</summary>
    public override string ToString() =>
        $"Credential(token: {Token is not null}, certificate: {ClientCertificate?.Subject ?? "none"})";
}
