using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>The API server answered with an error status.</summary>
public class KubernetesApiException : KubernetesException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesApiException(KubernetesRequest request, V1Status status, string? message = null)
        : base(request, message ?? $"{request}: the API server answered {status.Code} {status.Reason}: {status.Message}") => Status = status;

    /// <summary>The server's status object (for Secrets without its words, which may quote a value).</summary>
    public V1Status Status { get; }

    /// <summary>HTTP status code.</summary>
    public int StatusCode => Status.Code;

    /// <summary>Machine word of the server, for instance <c>NotFound</c>.</summary>
    public string Reason => Status.Reason;
}
