using Microsoft.Extensions.Logging;

namespace Drydock.Reconcilers.Common.Runs.Flows;

/// <summary>What the frame logs.</summary>
internal static partial class RunLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Namespace}/{Name} {Left}")]
    public static partial void Abandoned(ILogger logger, string kind, string? @namespace, string name, string left);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The output of {Step} could not be kept yet: {Message}")]
    public static partial void OutputNotKept(ILogger logger, string step, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Namespace}/{Name} rests and leaves what it should not: {Left}")]
    public static partial void NotTakenAway(ILogger logger, string kind, string? @namespace, string name, string left);
}
