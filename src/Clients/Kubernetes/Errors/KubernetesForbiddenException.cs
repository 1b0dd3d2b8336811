using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>403: RBAC does not allow it. The message names verb, resource and the way out.</summary>
public sealed class KubernetesForbiddenException : KubernetesApiException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesForbiddenException(KubernetesRequest request, V1Status status)
        : base(request, status, $"{request}: forbidden. Grant the verb '{request.Verb}' on '{request.Resource}' in API group '{request.Group}'" +
            $"{(request.Namespace is null ? "" : $" in namespace '{request.Namespace}'")} to the identity in use (Role or ClusterRole and a binding); the server says: {status.Message}")
    {
    }
}
