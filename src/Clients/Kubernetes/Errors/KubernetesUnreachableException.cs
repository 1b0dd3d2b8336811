namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>
/// No answer: a read that got none in spite of repeats, or a write that was certainly not sent (name not resolved,
/// connection refused, TLS refused).
/// </summary>
public sealed class KubernetesUnreachableException : KubernetesException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesUnreachableException(KubernetesRequest request, string why, Exception? innerException = null)
        : base(request, $"{request}: the API server was not reached: {why}", innerException)
    {
    }
}
