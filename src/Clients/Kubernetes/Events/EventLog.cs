using Microsoft.Extensions.Logging;

namespace Drydock.Clients.Kubernetes.Events;

/// <summary>Log messages of the event recorder.</summary>
internal static partial class EventLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} of {Kind} {Namespace}/{Name} was dropped: {Why}")]
    public static partial void Dropped(this ILogger logger, string reason, string? kind, string? @namespace, string? name, string why);
}
