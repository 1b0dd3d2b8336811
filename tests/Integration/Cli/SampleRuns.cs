using Drydock.Crds.Plans;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Drydock.Crds.OmsUpgrades;
using static Drydock.Tests.Integration.Cli.SamplePlan;

namespace Drydock.Tests.Integration.Cli;

/// <summary>Statuses as an operator writes them, at chosen moments of upgrades.</summary>
internal static class SampleRuns
{
    /// <summary>The present moment of all samples.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 2, 40, 0, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Options = KubernetesJson.CreateOptions(CrdsJsonContext.Default);

    /// <summary>An OMS upgrade in the middle of its backup.</summary>
    public static JsonObject Running() => Status(new OmsUpgradeStatus
    {
        ObservedGeneration = 1,
        Phase = "Backup",
        Progress = "13/34",
        Step = "Backup/snapshot",
        StartedAt = Now.AddMinutes(-34),
        Message = "Dump the metadata databases: oms_rm is dumped, 2.1 GiB of about 6.4 GiB. OMS is stopped on oms-a "
            + "and oms-b.",
        Conditions = Conditions("Running", reconciling: true),
        Plan = Oms(Upgraded(0), 'a'),
        Target = new TargetStatus { Description = "OMS on oms-a, oms-b, MetaDB 192.0.2.50:2883" },
        Times = new UpgradeTimes { T1 = Now.AddMinutes(-9).AddSeconds(12) },
        System = new SystemStatus { State = SystemState.Down, Since = Now.AddMinutes(-9).AddSeconds(12) },
        SnapshotRef = new SnapshotReference { Name = "oms-322-to-422-1" },
        Summary = "The system is down since 2026-03-01 02:31Z; Backup runs, 13/34 steps are done.",
        Rollback = new RollbackStatus
        {
            Possible = true,
            Cost = "A rollback starts the old containers again and loses nothing.",
        },
        Findings = [new Finding
        {
            Reason = "ForwardSwitchoverUnknown",
            Message = "No table shows whether a forward switchover is under way. Look in the console of OMS.",
            Field = "spec.preflight.acknowledge",
            Acknowledge = "ForwardSwitchoverUnknown",
        }],
        Attempts = [new RunAttempt { Number = 1, StartedAt = Now.AddMinutes(-34) }],
        Approvals =
            [new UsedApproval { Word = "StopOld@aaaaaaaa.1", By = "li.wei", At = Now.AddMinutes(-10) }],
    });

    /// <summary>An OMS upgrade that waits before the downtime.</summary>
    public static JsonObject Held() => Status(new OmsUpgradeStatus
    {
        ObservedGeneration = 1,
        Phase = "StopOld",
        Progress = "9/33",
        Step = "StopOld/oms-a",
        StartedAt = Now.AddMinutes(-50),
        Message =
            "Held before StopOld/oms-a: approve StopOld, or remove 'StopOld' from spec.holdBefore.",
        Conditions = Conditions("Held", reconciling: true, held: true),
        Holds = [new HoldStatus
        {
            Name = "StopOld",
            Approval = "StopOld@bbbbbbbb.1",
            Since = Now.AddMinutes(-34),
            Consent = "OMS goes down, until the upgrade or a rollback ends. For how long is not known.\n"
                + "A rollback after that loses everything written to the metadata since the old containers stopped: "
                + "projects, and the progress of all. How long it takes is not known.",
        }],
        Plan = Oms(Before(-16), 'b'),
    });

    /// <summary>A rolling upgrade of TiDB that has failed.</summary>
    public static JsonObject Stalled() => Status(new DatabaseRollingUpgradeStatus
    {
        ObservedGeneration = 1,
        Phase = "Failed",
        Progress = "3/7",
        Step = "UpgradeTiKV/tikv-1/swap",
        StartedAt = Now.AddMinutes(-20),
        Message = "tikv-1: the new version did not start within 10m: exit code 1, `invalid configuration: raftstore`. "
            + "tikv-1 is down, the other stores serve. Repair /data/deploy/conf/tikv.toml, then run "
            + "`kubectl drydock retry tidb-orders -n migration`.",
        NextAction = "Repair the cause, then annotate `drydock.dev/retry=Retry@bbbbbbbb.1`.",
        RetryWord = "Retry@bbbbbbbb.1",
        Conditions = Conditions("StepFailed", stalled: true),
        InstanceProgress = "2/7 instances run 3.0.9",
        Plan = TiDb(),
        Attempts = [new RunAttempt
        {
            Number = 1,
            StartedAt = Now.AddMinutes(-20),
            FinishedAt = Now.AddMinutes(-4),
            Reason = "StepFailed",
            Step = "UpgradeTiKV/tikv-1/swap",
            Message = "The new version did not start within 10m.",
        }],
    });

    /// <summary>An OMS upgrade that has succeeded and left work.</summary>
    public static JsonObject Succeeded() => Status(new OmsUpgradeStatus
    {
        ObservedGeneration = 1,
        Phase = "Succeeded",
        Progress = "34/34",
        StartedAt = Now.AddMinutes(-1534),
        FinishedAt = Now.AddMinutes(-1534 + 63.2),
        Message = "All 34 steps succeeded, downtime 28m. One thing is left to do (status.actionRequired).",
        Conditions = Conditions("SucceededWithActions", ready: true),
        Plan = Oms(Upgraded(-1500, isDone: true), 'c'),
        Times = new UpgradeTimes { T1 = Now.AddMinutes(-1534 + 25.2), T2 = Now.AddMinutes(-1534 + 53.2) },
        Downtime = "28m",
        ActionRequired = [new ActionItem
        {
            Reason = "ProjectSuspended",
            Subject = "np_5f2k",
            Message = "The synchronization project was suspended before the upgrade. Resume it in the console of OMS.",
        }],
    });

    /// <summary>A plan as it is printed.</summary>
    public static JsonNode Json(PlanProgress plan) =>
        JsonSerializer.SerializeToNode(StoredRun.ToStored(plan), CrdsJsonContext.Default.StoredPlan)!;

    private static SamplePlan Before(double minutes) => new SamplePlan(Now.AddMinutes(minutes - 34))
        .Done(3, On("oms-a", "PrepareImage/oms-a/image", "Load the image on oms-a", "PrepareImage"), On(
            "oms-b", "PrepareImage/oms-b/image", "Load the image on oms-b", "PrepareImage"))
        .Done(0.2, On(null, "PrepareImage/same-image", "Compare the image of all nodes", "CompareImages"))
        .Done(0.4, On("oms-a", "PrepareImage/oms-a/create", "Create the new container on oms-a", "CreateContainer"), On(
            "oms-b", "PrepareImage/oms-b/create", "Create the new container on oms-b", "CreateContainer"))
        .Done(0.3, On(null, "DisableHA/ha-config", "Switch high availability off", "DisableHighAvailability"))
        .Done(2, On("oms-a", "DisableHA/oms-a/console", "Restart oms_console on oms-a", "RestartConsole"))
        .Done(2, On("oms-b", "DisableHA/oms-b/console", "Restart oms_console on oms-b", "RestartConsole"))
        .Done(0.2, On(null, "DisableHA/confirm", "Confirm that high availability is off", "ConfirmHighAvailability"));

    private static SamplePlan Upgraded(double minutes, bool isDone = false)
    {
        var plan = Before(minutes).Wait(16)
            .Done(1.2, On("oms-a", "StopOld/oms-a", "Stop the old container on oms-a", "StopContainer"), On(
                "oms-b", "StopOld/oms-b", "Stop the old container on oms-b", "StopContainer"))
            .Done(0.8, On(
                null, "Backup/no-sessions", "Wait until no other session uses the metadata databases",
                "AwaitNoSessions"))
            .Done(1.1, On("oms_hb", "Backup/oms_hb/trim", "Trim heatbeat_sequence in oms_hb", "TrimHeartbeatSequence"));
        var snapshot = On(null, "Backup/snapshot", "Dump the metadata databases", "TakeSnapshot");
        return isDone
            ? plan.Done(4, snapshot)
            : plan.Begun(
                snapshot with { State = StepState.Running, Message = "oms_rm is dumped, 2.1 GiB of about 6.4 GiB." });
    }

    private static PlanProgress Oms(SamplePlan plan, char hash)
    {
        if (hash == 'b')
        {
            plan.Ahead(On("oms-a", "StopOld/oms-a", "Stop the old container on oms-a", "StopContainer"), On(
                "oms-b", "StopOld/oms-b", "Stop the old container on oms-b", "StopContainer"))
                .Ahead(On(
                    null, "Backup/no-sessions", "Wait until no other session uses the metadata databases",
                    "AwaitNoSessions"))
                .Ahead(On(null, "Backup/snapshot", "Dump the metadata databases", "TakeSnapshot"));
        }

        var later = new Func<StoredStep[], SamplePlan>(steps => hash == 'c' ? plan.Done(2, steps) : plan.Ahead(steps));
        later([On("oms-a", "StartNew/oms-a", "Start the new container on oms-a", "StartContainer"), On(
            "oms-b", "StartNew/oms-b", "Start the new container on oms-b", "StartContainer")]);
        later([On("oms-a", "StartNew/oms-a/supervisor", "Wait for the supervisor on oms-a", "AwaitSupervisor"), On(
            "oms-b", "StartNew/oms-b/supervisor", "Wait for the supervisor on oms-b", "AwaitSupervisor")]);
        later([On("oms-a", "CorrectMetadata/oms-a/console", "Stop oms_console on oms-a", "StopConsole"), On(
            "oms-b", "CorrectMetadata/oms-b/console", "Stop oms_console on oms-b", "StopConsole")]);
        later([On("oms-a", "CorrectMetadata/oms-a/jar", "Run the correction JAR on oms-a", "RunCorrectionJar") with
        {
            RunOnce = true,
            MaxAttempts = 1,
            Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["last"] = "false" }
        }]);
        later([On("oms-b", "CorrectMetadata/oms-b/jar", "Run the correction JAR on oms-b", "RunCorrectionJar") with
        {
            RunOnce = true,
            MaxAttempts = 1,
            Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["last"] = hash == 'a' ? "true" : "false"
            }
        }]);
        later([On("oms-a", "InitMetadata/oms-a", "Run docker_init.sh on oms-a", "RunDockerInit") with
        {
            RunOnce = true,
            MaxAttempts = 1,
            PointOfNoReturn = true
        }]);
        later([On("oms-b", "InitMetadata/oms-b/wait", "Wait for the programs on oms-b", "WaitBeforeInit")]);
        later([On("oms-a", "Verify/oms-a/programs", "Verify the programs on oms-a", "AwaitPrograms"), On(
            "oms-b", "Verify/oms-b/programs", "Verify the programs on oms-b", "AwaitPrograms")]);
        later([On(null, "Verify/hosts", "Verify that every host is online", "AwaitHostsOnline")]);
        later([On(null, "Verify/projects", "Compare the projects", "CompareProjects")]);
        later([On(null, "EnableHA/ha-config", "Switch high availability on", "EnableHighAvailability")]);
        later([On("oms-a", "EnableHA/oms-a/console", "Restart oms_console on oms-a", "RestartConsole")]);
        later([On("oms-b", "EnableHA/oms-b/console", "Restart oms_console on oms-b", "RestartConsole")]);
        later([On(null, "EnableHA/confirm", "Confirm that high availability is on", "ConfirmHighAvailability")]);
        later([On(null, "Settle/components", "Wait until stores and writers recover", "AwaitComponents")]);
        later([On(null, "Settle/actions", "List what needs an administrator", "ListActions")]);
        return plan.Compile(
            hash, "Programs of OMS write to the metadata databases until StopOld ends.",
            "`highAvailability.method: Sql` is not documented by the vendor.");
    }

    private static PlanProgress TiDb() => new SamplePlan(Now.AddMinutes(-20))
        .Done(2, On(null, "PreparePackage/tidb", "Unpack the package on every host", "PreparePackage"))
        .Done(3, On("pd-1", "UpgradePD/pd-1/swap", "Swap pd-1", "SwapInstance"))
        .Done(3, On("pd-2", "UpgradePD/pd-2/swap", "Swap pd-2", "SwapInstance"))
        .Begun(On("tikv-1", "UpgradeTiKV/tikv-1/swap", "Swap tikv-1", "SwapInstance") with
        {
            State = StepState.Failed,
            Reason = "NotStarted",
            Message =
                "tikv-1: the new version did not start within 10m: exit code 1, `invalid configuration: raftstore`.",
            FinishedAt = Now.AddMinutes(-4),
            PointOfNoReturn = true,
        })
        .Ahead(On("tikv-1", "UpgradeTiKV/tikv-1/verify", "Verify tikv-1", "VerifyTikv"))
        .Ahead(On("tidb-1", "UpgradeTiDB/tidb-1/swap", "Swap tidb-1", "SwapInstance"))
        .Ahead(On(null, "Verify/cluster", "Verify the cluster", "CheckCluster"))
        .Compile('d');

    private static List<Condition> Conditions(
        string reason, bool ready = false, bool reconciling = false, bool stalled = false, bool held = false)
    {
        (string Type, bool Value)[] all =
            [("Ready", ready), ("Reconciling", reconciling), ("Stalled", stalled), ("Held", held)];
        return
        [
            .. all.Select(c => new Condition
            {
                Type = c.Type, Status = c.Value ? "True" : "False", Reason = reason,
                LastTransitionTime = Now.AddMinutes(-4), ObservedGeneration = 1,
            }),
        ];
    }

    private static JsonObject Status(OmsUpgradeStatus status) =>
        Unpacked(JsonSerializer.SerializeToNode(new OmsUpgrade { Status = status }, Options)!, status);

    private static JsonObject Status(DatabaseRollingUpgradeStatus status) =>
        Unpacked(JsonSerializer.SerializeToNode(new DatabaseRollingUpgrade { Status = status }, Options)!, status);

    // The plans as they are printed, so that a test can change them: they are packed when they are stored.
    private static JsonObject Unpacked(JsonNode entity, RunStatus status)
    {
        var json = entity["status"]!.DeepClone().AsObject();
        json.Remove("plans");
        foreach (var (name, plan) in new[] { ("plan", status.Plan), ("rollbackPlan", status.RollbackPlan) })
        {
            json[name] = plan is null ? null : Json(plan);
        }

        return json;
    }
}
