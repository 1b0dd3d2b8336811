namespace Drydock.Clients.Snapshots;

/// <summary>A snapshot could not be taken, verified or loaded. The message says what failed, where, what was expected
/// and what to do. It never contains a secret.</summary>
public sealed class SnapshotException(SnapshotFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public SnapshotFailure Failure => failure;
}

/// <summary>Why a snapshot operation failed.</summary>
public enum SnapshotFailure
{
    InvalidRequest,
    SecretMissing,

    /// <summary>mysqldump, mysql, mydumper, age or setpriv is missing or not usable.</summary>
    ToolMissing,
    DumpFailed,

    /// <summary>mysql ended with an error while loading.</summary>
    LoadFailed,
    DatabaseMissing,

    /// <summary>The dump has no <c>-- Dump completed</c> trailer or its compressed stream ends early.</summary>
    Truncated,

    /// <summary>Size or SHA-256 of a stored object differs from the written one.</summary>
    ChecksumMismatch,
    RowCountMismatch,

    /// <summary>The checksum of a loaded table differs from that of the server.</summary>
    ContentMismatch,
    CatalogueMismatch,
    AlreadyExists,
    NotFound,

    /// <summary>The manifest cannot be read or is of a newer format.</summary>
    ManifestInvalid,
    StorageUnusable,
    NotAllowed,
    ForeignSnapshot,
    SessionRemains,

    /// <summary>A statement of the dump is larger than the server's max_allowed_packet.</summary>
    PacketTooLarge,
    IdentityMissing,
    ReadOnlyServer,
    Busy,
    BeingRemoved,
    ServerFull,

    /// <summary>The session that held the lock was lost.</summary>
    ConnectionLost,

    /// <summary>A <see cref="DumpQuestion"/> is open: FLOAT columns.</summary>
    DumpLosesDigits,

    /// <summary>A <see cref="DumpQuestion"/> is open: privileges that show objects.</summary>
    ObjectsHidden,
}
