namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A process of the cluster refused a request, or answered in a way that is none. The message names host, port, what
/// was asked and its words.
/// </summary>
internal sealed class TiDbApiException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">Stable word, one of <see cref="Crds.Common.Reasons"/>.</param>
    /// <param name="message">For people.</param>
    /// <param name="status">The HTTP status of the answer; 0 where there was none.</param>
    /// <param name="innerException">The cause.</param>
    public TiDbApiException(string reason, string message, int status = 0, Exception? innerException = null)
        : base(message, innerException) => (Reason, Status) = (reason, status);

    /// <summary>Stable word.</summary>
    public string Reason { get; }

    /// <summary>Path of the field of the spec that is wrong; null if the failure is not one of the spec.</summary>
    public string? Field { get; init; }

    /// <summary>The HTTP status of the answer; 0 where there was none.</summary>
    public int Status { get; }
}
