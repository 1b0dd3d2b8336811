using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>422 (or 400): the object breaks the schema or a rule.</summary>
public sealed class KubernetesInvalidException : KubernetesApiException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesInvalidException(KubernetesRequest request, V1Status status)
        : base(request, status)
    {
    }

    /// <summary>What is wrong, field by field.</summary>
    public IReadOnlyList<V1StatusCause> Causes => Status.Details?.Causes ?? [];
}
