namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>
/// An answer, or one event of a watch, is larger than this process takes into memory. Nothing of it was used.
/// </summary>
public sealed class KubernetesTooLargeException : KubernetesException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="request">The request.</param>
    /// <param name="what">What is too large: <c>the answer</c>.</param>
    /// <param name="limit">How many bytes are taken.</param>
    public KubernetesTooLargeException(KubernetesRequest request, string what, long limit)
        : base(
            request,
            $"{request}: {what} is larger than {limit / (1024 * 1024)} MiB, the most that is read. "
            + "API servers store no object of that size: look for a proxy between the operator and the API server.") => Limit = limit;

    /// <summary>How many bytes are taken.</summary>
    public long Limit { get; }
}
