using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases;

/// <summary>Something could not be done on a host.</summary>
/// <param name="host">The host.</param>
/// <param name="reason">A stable word, one of <see cref="Reasons"/>.</param>
/// <param name="message">The host, what failed, and what to do; never a secret.</param>
/// <param name="retryable">Whether another attempt may help without an administrator.</param>
/// <param name="mayHaveRun">Whether the command may have been carried out: its end was not seen.</param>
/// <param name="innerException">The cause.</param>
internal sealed class HostException(
    string host,
    string reason,
    string message,
    bool retryable = true,
    bool mayHaveRun = false,
    Exception? innerException = null)
    : TargetException(reason, message, innerException)
{
    /// <summary>The host.</summary>
    public string Host => host;

    public override bool IsRetryable => retryable;

    public override bool IsRequestNotTaken => IsUnreachable && !mayHaveRun;

    public override bool IsAnswerLost => IsUnreachable && mayHaveRun;

    /// <summary>Whether the command may have been carried out.</summary>
    public bool MayHaveRun => mayHaveRun;

    // A host that answered and refused has accepted the request: that is a failed attempt.
    private bool IsUnreachable => retryable && Reason == Reasons.HostUnreachable;

    /// <summary>A failure that only a change of the spec can resolve.</summary>
    /// <param name="host">The host.</param>
    /// <param name="field">The path of the field, from <c>spec</c> on.</param>
    /// <param name="message">What is wrong with it.</param>
    /// <param name="innerException">The cause.</param>
    public static HostException OfSpec(string host, string field, string message, Exception? innerException = null) =>
        new(host, Reasons.InvalidSpec, message, retryable: false, innerException: innerException) { Field = field };
}
