namespace Drydock.Reconcilers.Oms;

/// <summary>The API refused or failed. The message says what was asked, what was answered, and what to do; never a
/// secret.</summary>
internal sealed class OmsApiException(
    OmsApiErrorKind kind, string message, string? code = null, Exception? innerException = null)
    : TargetException(Reasons.StepFailed, message, innerException)
{
    public OmsApiErrorKind Kind { get; } = kind;

    public string? Code { get; } = code;
}

/// <summary>Why a request to the API failed.</summary>
internal enum OmsApiErrorKind
{
    /// <summary>The Secret with the credentials is missing or cannot be used.</summary>
    Credentials,

    /// <summary>No connection, no answer in time, or a gateway error while the console starts. A later attempt may
    /// succeed.</summary>
    Unreachable,

    /// <summary>The certificate is not trusted. Nothing was sent; a later attempt does not succeed either.</summary>
    Untrusted,

    Denied,

    Absent,

    Refused,

    /// <summary>The answer is not what the API's documents describe, or too large.</summary>
    Unreadable,
}
