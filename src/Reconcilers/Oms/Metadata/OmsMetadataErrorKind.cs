namespace Drydock.Reconcilers.Oms;

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
