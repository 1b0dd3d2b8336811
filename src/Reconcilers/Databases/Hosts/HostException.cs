using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases;

/// <summary>
/// Something could not be done on a host. The message names host, what, and the way out, and no secret.
/// </summary>
internal sealed class HostException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="host">The host.</param>
    /// <param name="reason">Stable word, one of <see cref="Reasons"/>.</param>
    /// <param name="message">For people.</param>
    /// <param name="retryable">Whether another attempt may help without a person.</param>
    /// <param name="mayHaveRun">Whether what was asked may have been done: its end was not seen.</param>
    /// <param name="innerException">The cause.</param>
    public HostException(
        string host,
        string reason,
        string message,
        bool retryable = true,
        bool mayHaveRun = false,
        Exception? innerException = null)
        : base(message, innerException) => (Host, Reason, IsRetryable, MayHaveRun) = (host, reason, retryable, mayHaveRun);

    /// <summary>
    /// Makes one for a field of the spec that cannot be carried out; only a change of the spec helps.
    /// </summary>
    /// <param name="host">The host.</param>
    /// <param name="field">Path of the field, from <c>spec</c> on.</param>
    /// <param name="message">For people.</param>
    /// <param name="innerException">The cause.</param>
    public static HostException OfSpec(string host, string field, string message, Exception? innerException = null) =>
        new(host, Reasons.InvalidSpec, message, retryable: false, innerException: innerException) { Field = field };

    /// <summary>The host.</summary>
    public string Host { get; }

    /// <summary>Path of the field of the spec that is wrong; null if the failure is not one of the spec.</summary>
    public string? Field { get; private init; }

    /// <summary>Stable word.</summary>
    public string Reason { get; }

    /// <summary>Whether another attempt may help without a person.</summary>
    public bool IsRetryable { get; }

    /// <summary>Whether what was asked may have been done.</summary>
    public bool MayHaveRun { get; }
}
