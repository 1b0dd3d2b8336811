namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>A credential that never changes.</summary>
/// <param name="credential">The credential.</param>
public sealed class FixedCredentialSource(Credential credential) : ICredentialSource
{
    /// <inheritdoc />
    public ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken) =>
        ValueTask.FromResult(credential);
}
