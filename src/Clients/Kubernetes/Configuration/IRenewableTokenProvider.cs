using k8s.Authentication;

namespace Drydock.Clients.Kubernetes.Configuration;

/// <summary>A token that the server may refuse before it expires. The token providers of the package know only its
/// expiry.</summary>
public interface IRenewableTokenProvider : ITokenProvider
{
    /// <summary>Called after the server refused the last token: the cache must not be used.</summary>
    /// <exception cref="Errors.KubernetesConfigurationException">No token is available.</exception>
    Task RenewAsync(CancellationToken cancellationToken);
}
