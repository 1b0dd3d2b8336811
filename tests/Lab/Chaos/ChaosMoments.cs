using Drydock.Lab.Accidents;

namespace Drydock.Lab.Chaos;

/// <summary>
/// The moments at which an accident is meaningful: at least three for each accident that can happen in a run at all.
/// </summary>
internal static class ChaosMoments
{
    private static readonly AccidentMoment[] Upgrade =
        [
            AccidentMoment.AtStep("PrepareImage/"), AccidentMoment.AtStep("StopOld/"), AccidentMoment.AtStep("Backup/"),
            AccidentMoment.During(OmsEvents.InitStart), AccidentMoment.AtStep("EnableHA/")
        ];

    private static readonly AccidentMoment[] Rollback =
        [
            AccidentMoment.AtStep("StopNew/"), AccidentMoment.AtStep("BackupNew/"),
            AccidentMoment.AtStep("RestoreDatabases/"), AccidentMoment.AtStep("StartOld/"),
            AccidentMoment.AtStep("RestoreHA/")
        ];

    // Before, during and after each command that must run once.
    private static readonly AccidentMoment[] RunOnce =
    [
        AccidentMoment.AtCommand("drydock java", FaultSide.Before), AccidentMoment.During(OmsEvents.JarStart),
        AccidentMoment.AtCommand("drydock java", FaultSide.After),
        AccidentMoment.AtCommand("drydock docker_init.sh", FaultSide.Before),
        AccidentMoment.AtCommand("drydock docker_init.sh", FaultSide.After),
    ];

    // Commands of the new container that only look or may be repeated, and the last questions to the database.
    private static readonly AccidentMoment[] Looks =
    [
        AccidentMoment.AtCommand("supervisorctl", FaultSide.After),
        AccidentMoment.AtCommand("supervisorctl stop oms_console", FaultSide.After),
        AccidentMoment.AtCommand("drydock-jar", FaultSide.Before), AccidentMoment.AtStep("Verify/hosts"),
    ];

    // Only containers of the new version misbehave, and only after the knobs ask for it.
    private static readonly AccidentMoment[] BeforeNew =
        [AccidentMoment.AtStep("PrepareImage/"), AccidentMoment.AtStep("StopOld/"), AccidentMoment.AtStep("StartNew/")];

    private static readonly AccidentMoment[] AfterStop =
    [
        AccidentMoment.AtStep("Backup/"), AccidentMoment.AtStep("CorrectMetadata/"),
        AccidentMoment.During(OmsEvents.InitStart), AccidentMoment.AtStep("Verify/")
    ];

    private static readonly AccidentMoment[] AfterBackup =
    [
        AccidentMoment.AtStep("StartNew/"), AccidentMoment.During(OmsEvents.InitStart), AccidentMoment.AtStep("Verify/")
    ];

    private static readonly AccidentMoment[] BeforeBackup =
        [AccidentMoment.AtStep("PrepareImage/"), AccidentMoment.AtStep("StopOld/"), AccidentMoment.AtStep("Backup/")];

    private static readonly AccidentMoment[] AroundBackup =
        [AccidentMoment.AtStep("PrepareImage/"), AccidentMoment.AtStep("Backup/"), AccidentMoment.AtStep("StartNew/")];

    private static readonly AccidentMoment[] BeforeRestore =
    [
        AccidentMoment.AtStep("StopNew/"), AccidentMoment.AtStep("BackupNew/"),
        AccidentMoment.AtStep("RestoreDatabases/")
    ];

    /// <summary>The moments; empty where the accident cannot happen in such a run.</summary>
    public static IReadOnlyList<AccidentMoment> Of(IAccident accident, UpgradeGoal goal) =>
        goal == UpgradeGoal.Upgrade ? OfUpgrade(accident) : OfRollback(accident);

    /// <summary>One of the moments for each phase.</summary>
    public static IReadOnlyList<AccidentMoment> OfPhases(IAccident accident, UpgradeGoal goal) =>
        [.. Of(accident, goal).Where(moment => !Array.Exists([.. RunOnce, .. Looks], x => x.Id == moment.Id))];

    /// <summary>The place of a moment in a run, for the order of accidents that share the run.</summary>
    public static int PlaceOf(AccidentMoment moment, UpgradeGoal goal)
    {
        AccidentMoment[] order = goal == UpgradeGoal.Upgrade
            ? [
                .. Upgrade[..3], AccidentMoment.AtStep("StartNew/"), .. Looks[..3], .. RunOnce[..4], Upgrade[3],
                RunOnce[4], Looks[3], .. Upgrade[4..]]
            : Rollback;
        return Array.FindIndex(order, x => x.Id == moment.Id);
    }

    private static AccidentMoment[] OfUpgrade(IAccident accident) => accident.Id switch
    {
        "metadb-cut-mid-restore" => [],
        "metadb-cut-mid-dump" or "metadb-error-1093" or "image-removed" or "storage-hung" => BeforeBackup,
        "dump-truncated" or "manifest-missing" => AfterBackup,
        "old-container-started" or "new-container-removed" => AfterStop,
        "ha-config-changed" => [.. AfterStop.Skip(1)],
        "container-killed" => [AccidentMoment.AtStep("PrepareImage/"), .. RunOnce, .. AfterBackup],
        _ when accident.Kind is AccidentKind.DockerHost or AccidentKind.Operator => [.. Upgrade, .. RunOnce, .. Looks],
        "metadb-restart" or "metadb-network-cut" => [.. Upgrade, AccidentMoment.AtStep("Verify/hosts")],
        _ when accident.Kind == AccidentKind.Oms => BeforeNew,
        _ when accident.Kind == AccidentKind.ObjectStorage => AroundBackup,
        _ => Upgrade,
    };

    private static AccidentMoment[] OfRollback(IAccident accident) => accident.Id switch
    {
        "metadb-error-1093" or "image-removed" => [],
        "metadb-cut-mid-dump" or "metadb-cut-mid-restore" or "dump-truncated" or "manifest-missing" or "storage-hung" =>
            BeforeRestore,
        "host-never-online" or "heartbeat-stale" or "supervisorctl-slow" => BeforeRestore,
        "ha-config-changed" =>
        [
            AccidentMoment.AtStep("BackupNew/"), AccidentMoment.AtStep("RestoreDatabases/"),
            AccidentMoment.AtStep("StartOld/")
        ],
        "old-container-started" or "new-container-removed" => BeforeRestore,
        _ when accident.Kind == AccidentKind.Oms => [],
        _ when accident.Kind == AccidentKind.ObjectStorage => BeforeRestore,
        _ => Rollback,
    };
}
