using Drydock.Clients.Kubernetes.Client;

namespace Drydock.Clients.Kubernetes.Errors;

/// <summary>The server's answer does not fit the type.</summary>
public sealed class KubernetesUnreadableObjectException : KubernetesException
{
    /// <summary>Makes the exception.</summary>
    public KubernetesUnreadableObjectException(KubernetesRequest request, UnreadableObject unreadable)
        : base(request, $"{request}: the object {unreadable.Namespace}/{unreadable.Name} does not fit its type: {unreadable.Error}. Was it written by another version?") => Object = unreadable;

    /// <summary>Which object, and where it does not fit.</summary>
    public UnreadableObject Object { get; }
}
