using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>409 AlreadyExists: an object of that name exists.</summary>
public sealed class KubernetesAlreadyExistsException : KubernetesConflictException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesAlreadyExistsException(KubernetesRequest request, V1Status status)
        : base(request, status)
    {
    }
}
