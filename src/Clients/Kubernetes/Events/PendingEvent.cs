using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Clients.Kubernetes.Events;

/// <summary>An event that waits to be sent.</summary>
internal sealed record PendingEvent(
    V1ObjectReference About, string Type, string Reason, string Message, DateTimeOffset At)
{
    /// <summary>What makes two events the same one happening again.</summary>
    public (string? Uid, string? Name, string Type, string Reason, string Message) Identity =>
        (About.Uid, $"{About.Namespace}/{About.Name}", Type, Reason, Message);
}
