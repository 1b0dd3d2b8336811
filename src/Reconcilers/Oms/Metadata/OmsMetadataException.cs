namespace Drydock.Reconcilers.Oms;

/// <summary>The metadata server could not be used. The message is a sentence with server, database and what to do;
/// neither it nor an inner exception carries a password or a statement. A step that acts counts it as a failed attempt
/// and may be tried again: whether an interrupted statement took effect is read by the next observation.</summary>
/// <param name="kind">What went wrong.</param>
/// <param name="message">What failed, on which server, and what to do.</param>
/// <param name="serverCode">The error number of the server or client library; 0 if there is none.</param>
internal sealed class OmsMetadataException(OmsMetadataErrorKind kind, string message, int serverCode = 0)
    : TargetException(Reasons.StepFailed, message)
{
    public OmsMetadataErrorKind Kind { get; } = kind;

    /// <summary>The error number of the server or client library; 0 if there is none.</summary>
    public int ServerCode { get; } = serverCode;
}

/// <summary>What went wrong with the metadata server, as far as callers treat it differently.</summary>
internal enum OmsMetadataErrorKind
{
    /// <summary>Anything else; the message has the server's code.</summary>
    Other,

    /// <summary>No connection, or it broke. Whether the last statement took effect is not known.</summary>
    Unreachable,

    AccessDenied,

    Missing,

    ReadOnly,

    /// <summary>The session no longer holds the named lock; nothing was done.</summary>
    LockLost,
}
