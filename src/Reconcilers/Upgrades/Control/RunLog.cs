namespace Drydock.Reconcilers.Upgrades;

internal static partial class RunLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} {Namespace}/{Name} was abandoned: {Left}")]
    public static partial void Abandoned(ILogger logger, string kind, string? Namespace, string name, string left);

    [LoggerMessage(
        Level = LogLevel.Information, Message = "{Kind} {Namespace}/{Name} started step {Step}, attempt {Attempt}")]
    public static partial void StepStarted(
        ILogger logger, string kind, string? Namespace, string name, string step, int attempt);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "{Kind} {Namespace}/{Name} ended step {Step}, attempt {Attempt}, as {State} after {Duration}")]
    public static partial void StepEnded(
        ILogger logger,
        string kind,
        string? Namespace,
        string name,
        string step,
        int attempt,
        StepState state,
        string duration);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Kind} {Namespace}/{Name} counted step {Step} as done although it had failed with {Reason}: {By}")]
    public static partial void ResultAccepted(
        ILogger logger, string kind, string? Namespace, string name, string step, string reason, AcceptedBy by);

    /// <summary>Logs an exception that nothing expects, without its message: that may have a secret.</summary>
    public static void Unexpected(RunFrame frame, V1ObjectMeta of, Exception exception) => Unexpected(
        frame.Services.Loggers.CreateLogger<RunFrame>(),
        frame.Kind.Names.Kind,
        of.Namespace,
        of.Name,
        exception.GetType().Name,
        exception.StackTrace);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "{Kind} {Namespace}/{Name}: an unexpected {Thrown} was thrown {Stack}")]
    private static partial void Unexpected(
        ILogger logger, string kind, string? Namespace, string name, string thrown, string? stack);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Kind} {Namespace}/{Name} is stopped, but some temporary state could not be removed: {Left}")]
    public static partial void ParkedStateRemains(
        ILogger logger, string kind, string? Namespace, string name, string left);
}
