namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>A request to the API server that did not end well.</summary>
public abstract class KubernetesException : Exception
{
    private protected KubernetesException(KubernetesRequest request, string message, Exception? innerException = null)
        : base(message, innerException) => Request = request;

    /// <summary>What was asked.</summary>
    public KubernetesRequest Request { get; }
}
