using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>429: the server turned the request away without carrying it out.</summary>
public sealed class KubernetesTooManyRequestsException : KubernetesApiException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesTooManyRequestsException(KubernetesRequest request, V1Status status, TimeSpan? retryAfter)
        : base(request, status) => RetryAfter = retryAfter;

    /// <summary>How long the server asks to wait; null if it does not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
