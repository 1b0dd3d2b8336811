using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>401: the server does not know who is asking, also after credentials were read anew.</summary>
public sealed class KubernetesUnauthorizedException : KubernetesApiException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesUnauthorizedException(KubernetesRequest request, V1Status status)
        : base(request, status, $"{request}: the API server does not accept the credentials (401). Check the token, client certificate or exec plugin of the kubeconfig, or the ServiceAccount of the pod.")
    {
    }
}
