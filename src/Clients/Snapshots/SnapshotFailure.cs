namespace Drydock.Clients.Snapshots;

/// <summary>Why a snapshot operation failed.</summary>
public enum SnapshotFailure
{
    /// <summary>The request itself is wrong (no databases, bad id or path).</summary>
    InvalidRequest,

    /// <summary>mysqldump, mysql, mydumper, myloader, age or setpriv is missing or not usable.</summary>
    ToolMissing,

    /// <summary>mysqldump, mydumper or age ended with an error while dumping.</summary>
    DumpFailed,

    /// <summary>mysql or myloader ended with an error while loading.</summary>
    LoadFailed,

    /// <summary>A named database is not on the server.</summary>
    DatabaseMissing,

    /// <summary>The dump has no <c>-- Dump completed</c> trailer or its compressed stream ends early.</summary>
    Truncated,

    /// <summary>Size or SHA-256 of what is stored differs from what was written.</summary>
    ChecksumMismatch,

    /// <summary>Rows in the dump and on the server differ.</summary>
    RowCountMismatch,

    /// <summary>Tables, views, routines, triggers, events, charset or collation differ.</summary>
    CatalogueMismatch,

    /// <summary>A name is taken; nothing was overwritten.</summary>
    AlreadyExists,

    /// <summary>No such snapshot or object.</summary>
    NotFound,

    /// <summary>
    /// The dump has a statement that a dump may not have; neither the statement nor anything behind it reached the
    /// server.
    /// </summary>
    RefusedStatement,

    /// <summary>The manifest cannot be read or is of a newer format.</summary>
    ManifestInvalid,

    /// <summary>The storage cannot be written or read.</summary>
    StorageUnusable,

    /// <summary>
    /// The directory or file is none that the operator may use for the object: it is outside the storage roots, or
    /// behind a symbolic link.
    /// </summary>
    NotAllowed,

    /// <summary>The snapshot belongs to another namespace, or does not say to which.</summary>
    ForeignSnapshot,

    /// <summary>A session that had to end is still there.</summary>
    SessionRemains,

    /// <summary>A statement of the dump is larger than the server's max_allowed_packet.</summary>
    PacketTooLarge,

    /// <summary>The snapshot is encrypted and no identity was given, or the identity does not open it.</summary>
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
