using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

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
