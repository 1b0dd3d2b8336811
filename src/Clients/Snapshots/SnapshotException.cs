namespace Drydock.Clients.Snapshots;

/// <summary>
/// A snapshot could not be taken, verified or loaded. The message says what failed, where, what was expected and what
/// to do. It never contains a secret.
/// </summary>
public sealed class SnapshotException : Exception
{
    /// <summary>Makes an exception.</summary>
    public SnapshotException()
        : this("A snapshot operation failed.")
    {
    }

    /// <summary>Makes an exception.</summary>
    public SnapshotException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception.</summary>
    public SnapshotException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes an exception with its reason.</summary>
    public SnapshotException(SnapshotFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>Why.</summary>
    public SnapshotFailure Failure { get; }
}

/// <summary>Why a snapshot operation failed.</summary>
public enum SnapshotFailure
{
    /// <summary>The request itself is wrong (no databases, bad id or path).</summary>
    InvalidRequest,

    /// <summary>A Secret that the request needs does not exist or lacks a key.</summary>
    SecretMissing,

    /// <summary>mysqldump, mysql, mydumper, age or setpriv is missing or not usable.</summary>
    ToolMissing,

    /// <summary>mysqldump, mydumper or age ended with an error while dumping.</summary>
    DumpFailed,

    /// <summary>mysql ended with an error while loading.</summary>
    LoadFailed,

    /// <summary>A named database is not on the server.</summary>
    DatabaseMissing,

    /// <summary>The dump has no <c>-- Dump completed</c> trailer or its compressed stream ends early.</summary>
    Truncated,

    /// <summary>Size or SHA-256 of a stored object differs from the written one.</summary>
    ChecksumMismatch,

    /// <summary>Rows in the dump and on the server differ.</summary>
    RowCountMismatch,

    /// <summary>Tables, views, routines, triggers, events, charset or collation differ.</summary>
    CatalogueMismatch,

    /// <summary>A name is taken; nothing was overwritten.</summary>
    AlreadyExists,

    /// <summary>No such snapshot or object.</summary>
    NotFound,

    /// <summary>The manifest cannot be read or is of a newer format.</summary>
    ManifestInvalid,

    /// <summary>The storage cannot be written or read.</summary>
    StorageUnusable,

    /// <summary>
    /// The operator may not use the directory or file for this object: it is outside the storage roots, or behind a
    /// symbolic link.
    /// </summary>
    NotAllowed,

    /// <summary>The snapshot belongs to another namespace, or its namespace is not recorded.</summary>
    ForeignSnapshot,

    /// <summary>A session that had to end still exists.</summary>
    SessionRemains,

    /// <summary>A statement of the dump is larger than the server's max_allowed_packet.</summary>
    PacketTooLarge,

    /// <summary>The snapshot is encrypted, and no identity or a wrong one was given.</summary>
    IdentityMissing,

    /// <summary>The server is read-only.</summary>
    ReadOnlyServer,

    /// <summary>Another session holds the lock on this database or snapshot.</summary>
    Busy,

    /// <summary>The snapshot is being removed.</summary>
    BeingRemoved,

    /// <summary>The server's disk or table is full.</summary>
    ServerFull,

    /// <summary>The session that held the lock was lost.</summary>
    ConnectionLost,
}
