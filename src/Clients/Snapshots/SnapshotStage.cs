namespace Drydock.Clients.Snapshots;

/// <summary>Stages of a database in a snapshot or a load.</summary>
public enum SnapshotStage
{
    /// <summary>mysqldump runs.</summary>
    Dumping,

    /// <summary>What was stored is read back and counted.</summary>
    Verifying,

    /// <summary>Published under its final name.</summary>
    Published,

    /// <summary>
    /// The rows, verified before, are brought into the scratch directory for myloader; nothing is dropped yet.
    /// </summary>
    Staging,

    /// <summary>mysql runs.</summary>
    Loading,

    /// <summary>The loaded database is compared with the manifest.</summary>
    Comparing,

    /// <summary>The loaded database equals the manifest.</summary>
    Loaded,
}
