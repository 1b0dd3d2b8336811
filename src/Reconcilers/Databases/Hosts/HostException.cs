namespace Drydock.Reconcilers.Databases;

/// <summary>Something could not be done on a host.</summary>
/// <param name="reason">A stable word, one of <see cref="Reasons"/>.</param>
/// <param name="message">The host, what failed, and what to do; never a secret.</param>
/// <param name="retryable">Whether another attempt may help without an administrator.</param>
/// <param name="mayHaveRun">Whether the command may have been carried out: its end was not seen.</param>
internal sealed class HostException(
    string host, string reason, string message, bool retryable = true, bool mayHaveRun = false,
    Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    public string Host => host;
    public override bool IsRetryable => retryable;
    public override bool IsRequestNotTaken => IsUnreachable && !mayHaveRun;
    public override bool IsAnswerLost => IsUnreachable && mayHaveRun;
    public bool MayHaveRun => mayHaveRun;

    // A host that answered and refused has accepted the request: that is a failed attempt.
    private bool IsUnreachable => retryable && Reason == Reasons.HostUnreachable;

    public static HostException OfSpec(string host, string field, string message, Exception? innerException = null) =>
        new(host, Reasons.InvalidSpec, message, retryable: false, innerException: innerException) { Field = field };
}
