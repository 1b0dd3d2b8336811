using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>
/// 409: the object changed since it was read, a precondition does not hold, or other field managers own applied fields.
/// Read it again and decide again.
/// </summary>
public class KubernetesConflictException : KubernetesApiException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesConflictException(KubernetesRequest request, V1Status status)
        : base(request, status)
    {
    }
}
