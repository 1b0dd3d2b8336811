namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>Gives credentials, which may change while the process lives.</summary>
public interface ICredentialSource
{
    /// <summary>The credential to use now. Cheap unless it has expired.</summary>
    /// <param name="refresh">True after the server refused the last one: do not answer from a cache.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Errors.KubernetesConfigurationException">None can be had.</exception>
    ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken);
}
