using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>404: the object, its namespace, or the whole resource (CRD not installed) does not exist.</summary>
public sealed class KubernetesNotFoundException : KubernetesApiException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesNotFoundException(KubernetesRequest request, V1Status status)
        : base(request, status)
    {
    }
}
