namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The metadata server could not be used. The message is a sentence with server, database and what to do; neither it
/// nor an inner exception carries a password or a statement.
/// </summary>
internal sealed class OmsMetadataException : Exception
{
    /// <summary>Creates it.</summary>
    public OmsMetadataException()
        : this(OmsMetadataErrorKind.Other, "The metadata server could not be used.")
    {
    }

    /// <summary>Creates it with a message.</summary>
    public OmsMetadataException(string message)
        : this(OmsMetadataErrorKind.Other, message)
    {
    }

    /// <summary>Creates it with a message and a cause.</summary>
    public OmsMetadataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates it with its kind.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="message">A sentence for people.</param>
    /// <param name="serverCode">The server's or client library's error number; 0 if there is none.</param>
    public OmsMetadataException(OmsMetadataErrorKind kind, string message, int serverCode = 0)
        : base(message)
    {
        Kind = kind;
        ServerCode = serverCode;
    }

    /// <summary>What went wrong.</summary>
    public OmsMetadataErrorKind Kind { get; }

    /// <summary>The server's or client library's error number; 0 if there is none.</summary>
    public int ServerCode { get; }
}

/// <summary>What went wrong with the metadata server, in the way a caller has to tell apart.</summary>
internal enum OmsMetadataErrorKind
{
    /// <summary>Anything else; the message has the server's code.</summary>
    Other,

    /// <summary>No connection, or it broke. Whether the last statement took effect is not known.</summary>
    Unreachable,

    /// <summary>The account is refused or lacks a privilege.</summary>
    AccessDenied,

    /// <summary>A database, table, column or function does not exist.</summary>
    Missing,

    /// <summary>The server does not accept writes.</summary>
    ReadOnly,

    /// <summary>The session no longer holds the named lock; nothing was done.</summary>
    LockLost,
}
