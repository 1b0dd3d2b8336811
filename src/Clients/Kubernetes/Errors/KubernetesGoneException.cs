using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>410: the version a watch or a list page wanted to go on from is no longer kept. List again.</summary>
public sealed class KubernetesGoneException : KubernetesApiException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesGoneException(KubernetesRequest request, V1Status status)
        : base(request, status)
    {
    }
}
