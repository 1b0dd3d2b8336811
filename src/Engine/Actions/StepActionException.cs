namespace Drydock.Engine.Actions;

/// <summary>
/// An action was refused, or the world cannot be brought where the step wants it, for a reason a person can act on.
/// </summary>
public sealed class StepActionException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Stable word.</param>
    /// <param name="message">What, where, and what to do; never a secret.</param>
    /// <param name="retryable">Whether another attempt may help without a person.</param>
    /// <param name="innerException">The cause.</param>
    public StepActionException(string reason, string message, bool retryable = true, Exception? innerException = null)
        : base(message, innerException)
    {
        Reason = reason;
        Retryable = retryable;
    }

    /// <summary>Stable word.</summary>
    public string Reason { get; }

    /// <summary>Whether another attempt may help without a person.</summary>
    public bool Retryable { get; }

    /// <summary>
    /// The target did not take the request: it cannot be reached, the connection was cut, or it is on its way down or
    /// up. Where the look that follows says <see cref="Observation.NotStarted"/> the same attempt is begun again by
    /// itself, also that of a run-once step, until the step's time is over. To be set only where the target refuses the
    /// first request should it still arrive.
    /// </summary>
    public bool NotTaken { get; init; }
}
