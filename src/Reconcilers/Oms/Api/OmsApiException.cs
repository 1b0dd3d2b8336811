using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The API did not give what was asked for. The message says what was asked, what came, and what to do; never a secret.
/// </summary>
internal sealed class OmsApiException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="message">What was asked, what came, and what to do.</param>
    /// <param name="code">The error code of OMS, where it gave one.</param>
    /// <param name="innerException">The cause.</param>
    public OmsApiException(OmsApiErrorKind kind, string message, string? code = null, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
        Code = code;
    }

    /// <summary>Why.</summary>
    public OmsApiErrorKind Kind { get; }

    /// <summary>The error code of OMS (<c>PARAM_ERROR</c>, <c>GHANA-OPERAT…</c>); null where it gave none.</summary>
    public string? Code { get; }
}

/// <summary>Why the API did not give what was asked for.</summary>
internal enum OmsApiErrorKind
{
    /// <summary>The Secret with the credentials is missing or cannot be used.</summary>
    Credentials,

    /// <summary>
    /// No connection, no answer in time, no trusted certificate, or a gateway error while the console starts. May get
    /// better by itself.
    /// </summary>
    Unreachable,

    /// <summary>The login was refused: wrong user or password, an expired password, no permission.</summary>
    Denied,

    /// <summary>There is no such API at that address.</summary>
    Absent,

    /// <summary>The request was understood and answered <c>success: false</c>, whatever the HTTP status was.</summary>
    Refused,

    /// <summary>The answer is not what the API's documents describe, or too large.</summary>
    Unreadable,
}
