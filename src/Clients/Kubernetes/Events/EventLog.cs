using Microsoft.Extensions.Logging;

namespace Drydock.Clients.Kubernetes.Events;

/// <summary>
/// Log messages of the event recorder. Here and in other logs the parameter is called Namespace, and not @namespace:
/// the generator keeps the @, which Serilog takes for its own operator, and the line would show the placeholder.
/// </summary>
internal static partial class EventLog
{
    [LoggerMessage(Message = "{Kind} {Namespace}/{Name}: {Reason}: {Text}")]
    public static partial void Told(
        this ILogger logger, LogLevel level, string? kind, string? Namespace, string? name, string reason, string text);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Reason} of {Kind} {Namespace}/{Name} was dropped: {Why}")]
    public static partial void Dropped(
        this ILogger logger, string reason, string? kind, string? Namespace, string? name, string why);
}
