namespace Drydock.Runs;

/// <summary>An action was refused, or the target cannot reach the state that the step wants, for a reason that an
/// administrator can act on.</summary>
/// <param name="reason">Stable word.</param>
/// <param name="message">What happened, where, and the remedy; never a secret.</param>
/// <param name="retryable">Whether another attempt may help without an administrator.</param>
public sealed class StepActionException(
    string reason, string message, bool retryable = true, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string Reason { get; } = reason;

    public bool Retryable { get; } = retryable;

    /// <summary>What the failed or refused action has brought about or seen nevertheless; kept with the step until its
    /// next attempt.</summary>
    public IReadOnlyDictionary<string, string>? Facts { get; init; }

    /// <summary>Whether an administrator may accept this failure although its reason alone does not allow it
    /// (<see cref="IStepAction.MayBeAccepted"/>).</summary>
    public bool MayBeAccepted { get; init; }

    /// <summary>The target did not accept the request: it cannot be reached, the connection was cut, or it is starting
    /// or stopping. If the next observation is <see cref="Observation.NotStarted"/>, the same attempt is started again
    /// automatically, also that of a run-once step, until the step's time is over. To be set only where the target
    /// refuses the first request should it still arrive.</summary>
    public bool NotTaken { get; init; }
}
