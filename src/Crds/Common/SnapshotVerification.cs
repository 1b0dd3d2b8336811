namespace Drydock.Crds.Common;

/// <summary>How far a snapshot is verified.</summary>
public enum SnapshotVerification
{
    /// <summary>What was stored is read back: checksum, trailer, tables and row counts.</summary>
    ReadBack,

    /// <summary>
    /// It is also loaded into a scratch database on the same server, compared with the manifest and the whole
    /// catalogue, and the scratch database is dropped.
    /// </summary>
    RestoreTest,
}
