using Microsoft.Extensions.Logging;

namespace Drydock.Clients.Kubernetes.Events;

/// <summary>Log messages of the event recorder.</summary>
internal static partial class EventLog
{
    [LoggerMessage(Message = "{Kind} {Namespace}/{Name}: {Reason}: {Text}")]
    public static partial void Told(this ILogger logger, LogLevel level, string? kind, string? @namespace, string? name, string reason, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} of {Kind} {Namespace}/{Name} was dropped: {Why}")]
    public static partial void Dropped(this ILogger logger, string reason, string? kind, string? @namespace, string? name, string why);
}
