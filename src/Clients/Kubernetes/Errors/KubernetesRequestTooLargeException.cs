using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>
/// 413, or what etcd says of a request above its limit: the object is larger than the server takes. It was certainly
/// not written.
/// </summary>
public sealed class KubernetesRequestTooLargeException : KubernetesApiException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesRequestTooLargeException(KubernetesRequest request, V1Status status)
        : base(request, status)
    {
    }
}
