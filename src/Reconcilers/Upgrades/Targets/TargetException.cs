namespace Drydock.Reconcilers.Upgrades;

/// <summary>A target (a host, a service, an API, a database, a tool) failed or refused a request.</summary>
/// <param name="message">What happened, where, and the remedy; never a secret.</param>
internal abstract class TargetException(string reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string Reason { get; } = reason;

    public string? Field { get; init; }

    public virtual bool IsRetryable => true;

    /// <summary>The target never accepted the request (unreachable, connection lost, restarting), so the same attempt
    /// is repeated automatically until the step times out.</summary>
    public virtual bool IsRequestNotTaken => false;

    /// <summary>The request was sent and its answer was lost. A step whose request has the same effect twice as once
    /// (<see cref="StepBase{TTargets}.IsRepeatable"/>) treats it as not accepted.</summary>
    public virtual bool IsAnswerLost => false;
}
