namespace Drydock.Clients.Kubernetes.Runtime;

/// <summary>Log messages of controllers.</summary>
internal static partial class RuntimeLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Controller {Controller} started with {Workers} workers.")]
    public static partial void ControllerRuns(this ILogger logger, string controller, int workers);

    [LoggerMessage(Level = LogLevel.Information, Message = "Controller {Controller} stopped.")]
    public static partial void ControllerStopped(this ILogger logger, string controller);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "Reconciling {Controller} {Key} threw an exception; retrying in {Delay}.")]
    public static partial void ReconcileThrew(
        this ILogger logger, Exception exception, string controller, string key, TimeSpan delay);

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "Reconciling {Controller} {Key} failed, retrying in {Delay}: {Why}")]
    public static partial void ReconcileFailed(
        this ILogger logger, Exception? exception, string controller, string key, TimeSpan delay, string? why);

    [LoggerMessage(
        Level = LogLevel.Debug, Message = "Reconciling {Controller} {Key} found a newer version; retrying in {Delay}.")]
    public static partial void ReconcileConflict(this ILogger logger, string controller, string key, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Information, Message = "Reconciling {Controller} {Key} stopped: {Why}")]
    public static partial void ReconcileNotLeader(this ILogger logger, string controller, string key, string why);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Wake source {Source} of controller {Controller} ended unexpectedly; restarting it in {Delay}.")]
    public static partial void WakeSourceEnded(
        this ILogger logger, Exception? exception, string controller, string source, TimeSpan delay);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The Secrets of {Key} could not be determined; their changes will not wake it.")]
    public static partial void SecretNamesFault(this ILogger logger, Exception exception, string key);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The {Controller} of namespace {Namespace} refer to more than {Limit} Secrets. "
            + "Only that many are watched; a change of another one is noticed "
            + "at the next resync, within ten minutes. Let several objects share a Secret.")]
    public static partial void TooManySecrets(this ILogger logger, string? Namespace, int limit, string controller);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "{Part} of controller {Controller} failed, so the controller is stopping.")]
    public static partial void ControllerPartFailed(
        this ILogger logger, Exception exception, string controller, string part);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Whether {Key} of controller {Controller} needs a reconciliation could not be determined; "
            + "it is reconciled.")]
    public static partial void InertFault(this ILogger logger, Exception exception, string controller, string key);

    [LoggerMessage(
        Level = LogLevel.Error, Message = "Due keys of a work queue could not be processed; retrying in {Delay}.")]
    public static partial void QueueTimerFault(this ILogger logger, Exception exception, TimeSpan delay);
}
