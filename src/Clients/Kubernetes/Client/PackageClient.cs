using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>The client of the package, for requests that <see cref="IKubernetesClient"/> does not have: logs, and lists
/// of types without a model. It connects as <see cref="KubernetesClient"/> does: same check of the server's
/// certificate, same credentials, same proxy.</summary>
public static class PackageClient
{
    public static k8s.Kubernetes Create(KubernetesClientConfiguration configuration, KubernetesClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(options);
        return HttpSettings.Connect(configuration, options);
    }
}
