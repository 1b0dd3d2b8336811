using Microsoft.Extensions.Logging;

namespace Drydock.Clients.Kubernetes.Watching;

/// <summary>Log messages of watches.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Listed {Count} {Resource} at version {Version}")]
    public static partial void Listed(this ILogger logger, int count, string resource, string version);

    [LoggerMessage(Level = LogLevel.Information, Message = "The version of the {Resource} watch is no longer kept by the server: listing again")]
    public static partial void Gone(this ILogger logger, string resource);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The {Resource} watch ended after {Events} events and is renewed")]
    public static partial void Renewed(this ILogger logger, string resource, int events);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Resource} watch is interrupted (fault {Count} in a row), trying again in {Delay}: {Why}")]
    public static partial void Interrupted(this ILogger logger, string resource, int count, TimeSpan delay, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Resource} {Namespace}/{Name} does not fit its type and is left as it was last read: {Why}")]
    public static partial void Unreadable(
        this ILogger logger, string resource, string? Namespace, string name, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "A listener of the {Resource} watch failed")]
    public static partial void SubscriberFault(this ILogger logger, Exception exception, string resource);
}
