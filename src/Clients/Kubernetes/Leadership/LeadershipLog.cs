namespace Drydock.Clients.Kubernetes.Leadership;

/// <summary>Log messages of leader election.</summary>
internal static partial class LeadershipLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} now leads (lease {Lease}).")]
    public static partial void Leads(this ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Information, Message = "Waiting for lease {Lease}, which is held by {Holder}.")]
    public static partial void Waits(this ILogger logger, string lease, string? holder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Identity} no longer leads: {Why}")]
    public static partial void Lost(this ILogger logger, string identity, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An attempt on lease {Lease} failed: {Why}")]
    public static partial void AttemptFailed(this ILogger logger, string lease, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Identity} released lease {Lease}.")]
    public static partial void Released(this ILogger logger, string identity, string lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} was not released and will expire.")]
    public static partial void NotReleased(this ILogger logger, string lease);
}
