using System.Security.Cryptography.X509Certificates;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>Provides credentials, which may change during the lifetime of the process.</summary>
public interface ICredentialSource
{
    /// <summary>The current credential. Cheap unless it has expired.</summary>
    /// <param name="refresh">True after the server refused the last one: the cache must not be used.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Errors.KubernetesConfigurationException">No credential is available.</exception>
    ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken);
}

/// <summary>The client's credentials for the API server.</summary>
/// <param name="Token">Bearer token.</param>
/// <param name="ClientCertificate">Client certificate with its private key.</param>
public sealed record Credential(string? Token, X509Certificate2? ClientCertificate)
{
    /// <summary>No credentials: the server decides the permissions of anonymous clients.</summary>
    public static Credential Anonymous { get; } = new(null, null);

    /// <summary>The kinds of credentials, without values.</summary>
    public override string ToString() =>
        $"Credential(token: {Token is not null}, certificate: {ClientCertificate?.Subject ?? "none"})";
}

/// <summary>A credential that never changes.</summary>
/// <param name="credential">The credential.</param>
public sealed class FixedCredentialSource(Credential credential) : ICredentialSource
{
    /// <inheritdoc />
    public ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken) =>
        ValueTask.FromResult(credential);
}
