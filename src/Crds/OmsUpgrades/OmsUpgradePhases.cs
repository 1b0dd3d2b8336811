namespace Drydock.Crds.OmsUpgrades;

/// <summary>Values of <c>status.phase</c> of an OmsUpgrade in addition to <see cref="RunPhases"/>, in their order.
/// Clients treat unknown values as in progress.</summary>
public static class OmsUpgradePhases
{
    /// <summary>The image is brought to every node.</summary>
    public const string PrepareImage = "PrepareImage";

    /// <summary>The definitions of the metadata databases are loaded into a scratch database and dropped
    /// again.</summary>
    public const string TestSchema = "TestSchema";

    /// <summary>High availability is switched off.</summary>
    public const string DisableHA = "DisableHA";

    /// <summary>Projects that share a name are renamed.</summary>
    public const string RenameProjects = "RenameProjects";

    /// <summary>The old containers are stopped: the downtime begins.</summary>
    public const string StopOld = "StopOld";

    /// <summary>The metadata databases are dumped and the dumps verified.</summary>
    public const string Backup = "Backup";

    /// <summary>The new containers are created and started.</summary>
    public const string StartNew = "StartNew";

    /// <summary>The correction JAR runs.</summary>
    public const string CorrectMetadata = "CorrectMetadata";

    /// <summary>docker_init.sh runs.</summary>
    public const string InitMetadata = "InitMetadata";

    /// <summary>Components, hosts and projects are checked.</summary>
    public const string Verify = "Verify";

    /// <summary>High availability is switched on: the downtime ends.</summary>
    public const string EnableHA = "EnableHA";

    /// <summary>The operator watches stores and writers recover.</summary>
    public const string Settle = "Settle";

    /// <summary>Rollback before T1: created containers and loaded images are removed; ha.config and names are
    /// restored.</summary>
    public const string Undo = "Undo";

    /// <summary>Rollback: high availability of the running system is switched off.</summary>
    public const string DisableNewHA = "DisableNewHA";

    /// <summary>Rollback: the new containers are stopped.</summary>
    public const string StopNew = "StopNew";

    /// <summary>Rollback: databases of the new version are dumped before they are dropped.</summary>
    public const string BackupNew = "BackupNew";

    /// <summary>Rollback: the databases are restored from the snapshot.</summary>
    public const string RestoreDatabases = "RestoreDatabases";

    /// <summary>Rollback: the old containers are started and become healthy.</summary>
    public const string StartOld = "StartOld";

    /// <summary>Rollback: high availability is restored.</summary>
    public const string RestoreHA = "RestoreHA";

    /// <summary>Rollback: the remaining manual work is listed.</summary>
    public const string Report = "Report";

    /// <summary>After success: the old containers are removed.</summary>
    public const string Cleanup = "Cleanup";
}
