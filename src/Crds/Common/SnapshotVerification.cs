namespace Drydock.Crds.Common;

/// <summary>How a snapshot is verified.</summary>
public enum SnapshotVerification
{
    /// <summary>The stored files are read back and their checksum, trailer, tables and row counts are
    /// compared.</summary>
    ReadBack,

    /// <summary>The dump is also loaded into a scratch database on the same server and compared with the manifest and
    /// the whole catalogue. Then the scratch database is dropped.</summary>
    RestoreTest,
}
