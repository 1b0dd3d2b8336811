using System.Reflection;
using Drydock.Crds.Values;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;
using Drydock.Tests.Unit.Oms;
using Phases = Drydock.Crds.OmsUpgrades.OmsUpgradePhases;
using SnapshotVerification = Drydock.Crds.Common.SnapshotVerification;

namespace Drydock.Tests.Unit.Operator;

/// <summary>Every step that destroys something or takes something down says so where its hold is approved.</summary>
public sealed class ConsentTests
{
    private const string OneByOne = "Down: Processes are stopped and started with the other version, one by one.";

    private static readonly Dictionary<Type, string[]> Lines = new()
    {
        [typeof(RestoreDatabases)] =
        [
            "Destroyed: This DROPS rm, cm and restores them from snap: what was written to them since then is lost.",
            "Lost: Rows of other databases may then refer to nothing (ForeignKeysFromOutside/hr).",
        ],
        [typeof(RemoveOldContainer)] =
            ["Destroyed: This REMOVES the old containers: no rollback is possible afterwards."],
        [typeof(RemoveOldImage)] = ["Destroyed: This REMOVES the old images from the hosts."],
        [typeof(StopContainer)] = ["Down: OMS goes down, until the upgrade or a rollback ends."],
        [typeof(EndSessions)] =
            ["Lost: Sessions of drc that are left on the metadata are ended: what they did not commit is lost."],
        [typeof(TrimHeartbeatSequence)] = ["Lost: All rows of cm_hb.heatbeat_sequence but the last are deleted."],
        [typeof(TakeSnapshot)] =
        [
            "Verified: The backup is verified: ReadBack. It is not tested whether the server takes its definitions.",
        ],
        [typeof(SwapInstance)] = [OneByOne],
        [typeof(StopSpark)] = ["Down: Spark is stopped until its new JAR is in place."],
        [typeof(RestartService)] = ["Down: Services of the monitoring are restarted, one by one."],
        [typeof(SwapMaster)] =
            ["Down: The database is down while a master starts again, because there are fewer than three."],
        [typeof(SwapTserver)] = [OneByOne],
        [typeof(SetReplication)] =
        [
            "Down: Replication is paused until the upgrade or a rollback ends: its targets lag behind meanwhile.",
        ],
        [typeof(DisableHighAvailability)] = ["Less: High availability is off until the upgrade or a rollback ends."],
        [typeof(RestartConsole)] = ["Less: Each console is restarted, one after the other."],
    };

    private static readonly List<object> Steps =
    [
        new RestoreDatabases(["rm", "cm"], "snap", "1"), new RemoveOldContainer("old", "oms", "new"),
        new RemoveOldImage("Cleanup/oms-a"), new StopContainer("old", "oms"), new EndSessions(["rm"], "drc"),
        new TrimHeartbeatSequence("cm_hb"),
        new TakeSnapshot(["rm"], "directory", default, 1, SnapshotVerification.ReadBack), new SwapInstance(),
        new StopSpark(), new RestartService("grafana"), new SwapMaster(1, Outage: true), new SwapTserver(),
        new SetReplication("orders", ReplicationTarget.Here, Enabled: false),
        new DisableHighAvailability("cm", "{}"), new RestartConsole("new"),
    ];

    // What has no line of its own, and why it needs none. A new step is in no list, and fails the test.
    private static readonly Dictionary<string, string[]> Harmless = new(StringComparer.Ordinal)
    {
        ["it has a point of no return, of which the line is the plan's"] =
        [
            nameof(RunDockerInit), nameof(RunCorrectionJar), nameof(PromoteAutoFlags), nameof(UpgradeCatalog),
        ],
        ["it reads, compares, or writes what only the operator reads"] =
        [
            nameof(CheckProjectNames), nameof(CloseWitnesses), nameof(CompareImages), nameof(ConfirmHighAvailability),
            nameof(InspectImageContents), nameof(VerifyPd), nameof(VerifyTidb), nameof(VerifyTikv), nameof(VerifyPump),
            nameof(VerifyDrainer), nameof(VerifyTserver),
        ],
        ["it adds something beside what is in use"] =
        [
            nameof(PrepareImage), nameof(CreateContainer), nameof(CopyCorrectionJar), nameof(TestSchema),
            nameof(PrepareTiDbPackage), nameof(PrepareYugabytePackage), nameof(SaveConfiguration),
            nameof(MigrateConfiguration), nameof(SaveServerConfiguration), nameof(TakeTiDbSnapshot),
            nameof(ImportDashboards), nameof(AliasPdUnits),
        ],
        ["it removes only what this upgrade made, and what does not run"] =
            [nameof(RemoveContainer), nameof(RemoveImage)],
        ["OMS is down before it, or it starts something"] =
        [
            nameof(StopConsole), nameof(StartConsole), nameof(StartContainer),
            nameof(StartOldContainer), nameof(StartSpark), nameof(ReplaceSparkJar),
        ],
        ["it changes a setting or a name that is put back, and loses nothing"] =
        [
            nameof(UndoDisableHighAvailability),
            nameof(DisableHighAvailabilityForRollback), nameof(EnableHighAvailability),
            nameof(EnableHighAvailabilityAfterRollback), nameof(RestoreHighAvailabilityAfterRollback),
            nameof(SetRestartPolicy), nameof(RenameProjects), nameof(RestoreProjectNames), nameof(SetLeaderPriorities),
            nameof(HoldScheduling), nameof(ReleaseScheduling), nameof(LimitMerging), nameof(RaiseScheduleLimit),
            nameof(SpeedUpLeaders), nameof(RestoreLeaderSpeed), nameof(RollBackAutoFlags),
        ],
        ["it moves leaders to other processes"] =
        [
            nameof(DrainPd), nameof(DrainTidb), nameof(DrainTikv), nameof(DrainTserver), nameof(ReleaseLeaders),
        ],
    };

    [Fact]
    public void Every_step_of_every_engine_has_a_line_or_a_reason_to_have_none()
    {
        var all = new[] { typeof(OmsTargets), typeof(TiDbTargets), typeof(YugabyteCluster) }
            .SelectMany(targets => targets.Assembly.GetTypes().Where(t => t.Namespace == targets.Namespace))
            .Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(IStepAction))
                && !t.IsAssignableTo(typeof(IWaitsOnly)))
            .ToList();
        Names(all.Where(t => !t.IsAssignableTo(typeof(IConsent))).Select(t => t.Name))
            .ShouldBe(Names(Harmless.Values.SelectMany(names => names)));
        Names(all.Where(t => t.IsAssignableTo(typeof(IConsent))).Select(t => t.Name))
            .ShouldBe(Names(Lines.Keys.Select(t => t.Name)));
        all.Where(t => t.GetCustomAttributes<EffectAttribute>().Any(e => e.Effect == Effect.EndsUndo)
                && !t.IsAssignableTo(typeof(IConsent)))
            .ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1, "SQL is down while the only tidb-server starts again.")]
    [InlineData(2, "Processes are stopped and started with the other version, one by one.")]
    public void Only_server_of_SQL_is_told(int servers, string line)
    {
        var steps = Enumerable.Range(1, servers).Select(i => new PlannedStep
        {
            Id = $"{DatabaseRollingUpgradePhases.UpgradeTiDB}/tidb-{i}/{SwapInstance.VerbName}",
            Phase = DatabaseRollingUpgradePhases.UpgradeTiDB,
            Node = $"tidb-{i}",
        });
        var plan = PlanProgress.Of(new Plan { Steps = [.. steps] });
        new SwapInstance().ConsentTo(plan, plan.Steps[0]).ShouldHaveSingleItem().Text.ShouldBe(line);
    }

    [Fact]
    public void Each_of_these_steps_causes_its_lines()
    {
        var plan = PlanProgress.Of(new Plan { Acknowledged = [$"{Reasons.ForeignKeysFromOutside}/hr"] });
        Names(Steps.Select(s => s.GetType().Name)).ShouldBe(Names(Lines.Keys.Select(t => t.Name)));
        foreach (var step in Steps)
        {
            var phase = step switch
            {
                StopContainer => Phases.StopOld,
                TakeSnapshot => Phases.Backup,
                RestartConsole => Phases.DisableHA,
                _ => "Any",
            };
            var own = new Step(new PlannedStep { Id = $"{phase}/own", Phase = phase }, StepRecord.None);
            ((IConsent)step).ConsentTo(plan, own).Select(l => $"{l.Weight}: {l.Text}")
                .ShouldBe(Lines[step.GetType()], step.GetType().Name);
        }
    }

    [Theory]
    [InlineData(Phases.StopNew, "OMS goes down, until the rollback ends.")]
    [InlineData(Phases.RestoreDatabases, "OMS is down, until everything from StartNew on has run again.")]
    public void Stop_of_new_container_says_until_when(string phase, string line) =>
        new StopContainer("new", "oms").ConsentTo(
                PlanProgress.Of(new Plan()),
                new Step(new PlannedStep { Id = $"{phase}/a", Phase = phase }, StepRecord.None))
            .ShouldHaveSingleItem().Text.ShouldStartWith(line);

    [Fact]
    public void Lines_of_least_weight_are_left_out()
    {
        ConsentLine[] lines =
        [
            .. Enum.GetValues<ConsentWeight>().Reverse().Select(w => new ConsentLine(w, $"{w}.")),
            new(ConsentWeight.Destroyed, "Destroyed too."), new(ConsentWeight.Down, "Down."),
            new(ConsentWeight.Lost, ""),
        ];

        var consent = new Consent(lines);

        consent.Text.ShouldBe("Destroyed.\nDestroyed too.\nFinal.\nDown. For how long is not known.\nLost.\nRollback.");
        consent.Destroys.ShouldBeTrue();
        (new Consent([]).Text, new Consent(lines[..2]).Destroys).ShouldBe((null, false));
    }

    [Fact]
    public void Nothing_that_is_destroyed_is_left_out_for_want_of_words()
    {
        string Words(int number) => string.Join(' ', Enumerable.Repeat("word", number));

        new Consent(
            [
                new(ConsentWeight.Next, "Next."), new(ConsentWeight.Down, Words(Consent.MostWords)),
                new(ConsentWeight.Final, "Final."), new(ConsentWeight.Destroyed, "Destroyed."),
            ]).Text.ShouldBe("Destroyed.\nFinal.", "a lighter line does not take the place of a heavier one");
        new Consent([.. Enumerable.Range(1, 9).Select(n => new ConsentLine(ConsentWeight.Destroyed, $"{n}."))])
            .Text.ShouldNotBeNull().Split('\n').Length.ShouldBe(9);
    }

    [Fact]
    public void Whatever_goes_down_says_once_for_how_long()
    {
        ConsentLine[] lines =
        [
            new(ConsentWeight.Down, "One."), new(ConsentWeight.Down, "Two.") { Duration = "The last one took 30s." },
            new(ConsentWeight.Down, "Three."),
        ];

        new Consent(lines).Text.ShouldBe("One. For how long is not known.\nTwo. The last one took 30s.\nThree.");
        new Consent(lines[1..2]).Text.ShouldBe("Two. The last one took 30s.");
    }

    [Theory]
    [InlineData("oms-a", "oms-b")]
    [InlineData("oms-b", "oms-a")]
    public void Hold_of_one_node_says_that_the_other_one_is_stopped(string held, string other)
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["PrepareImage", $"StopOld/{held}"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var told = Told(world);
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.Status.Holds.Exists(h => h.Name == $"StopOld/{held}"), "held again");

        world.Old(other).Status.ShouldNotBe("running");
        told.ShouldContain("OMS goes down, until the upgrade or a rollback ends. For how long is not known.");
        told.ShouldContain($"It waits again before StopOld/{held}.");
    }

    [Fact]
    public void Next_process_is_down_as_long_as_the_last_one_of_its_kind()
    {
        var universe = new YugaWorld(new YugaSetup { From = "2.20.2.0-b1", To = "2024.1.3.0-b5" });
        var run = new DatabaseRunWorld(universe).Apply(s => s with { HoldBefore = ["UpgradeTServers"] });
        run.RunUntil(() => run.Is("Held"), "held");
        const string Line = "Processes are stopped and started with the other version, one by one. ";
        Told(run.Status.Holds).ShouldContain($"{Line}For how long is not known.");

        var swaps = run.Status.Plan!.Steps.FindAll(s => s.Action == nameof(SwapTserver));
        run.Edit(s => s with { HoldBefore = [swaps[1].Id] });
        run.RunUntil(() => run.Status.Holds is [{ Name: var name }] && name == swaps[1].Id, "held again");
        var first = run.Status.Plan!.Step(swaps[0].Id)!;

        Told(run.Status.Holds).ShouldContain(
            $"{Line}The last one took {KubernetesDuration.Format((first.FinishedAt - first.StartedAt)!.Value)}.");
    }

    [Fact]
    public void Plan_says_where_it_waits_and_its_second_hold_what_goes_down()
    {
        var world = new OmsWorld().Apply(s => s with { Approval = ApprovalPolicy.Manual, HoldBefore = null });
        world.RunUntil(() => world.Is("Held"), "the plan");
        Told(world).ShouldBe(
        [
            "A rollback after that loses no data, and OMS stays up.", "It waits again before DisableHA/look.",
        ]);
        world.Annotate(Annotations.Approve, world.PlanWord);
        world.RunUntil(() => world.Status.Holds is [{ Name: "DisableHA" }], "held");
        Told(world).ShouldBe(
        [
            "From CorrectMetadata/oms-a/jar on a rollback loses data, or is impossible.",
            "OMS goes down, until the upgrade or a rollback ends. For how long is not known.",
            "All rows of cm_hb_340.heatbeat_sequence but the last are deleted.",
            "A rollback after that loses everything written to the metadata since the old containers stopped: "
                + "projects, and the progress of all. How long it takes is not known.",
            "High availability is off until the upgrade or a rollback ends.",
            "Each console is restarted, one after the other.",
        ]);
    }

    [Theory]
    [InlineData("StartNew", "Verify", "only what the new version wrote")]
    [InlineData("EnableHA", null, "everything written")]
    public void Later_hold_says_what_a_rollback_loses_and_how_long_its_dump_took(
        string hold, string? next, string cost)
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = [hold, .. next is null ? (string[])[] : [next]] });
        world.RunUntil(() => world.Is("Held"), "held");

        var line = Told(world).Single(l => l.StartsWith("A rollback", StringComparison.Ordinal));

        var stopped = world.Plan.Step<StopContainer>()!.RecordedTime(StopContainer.FinishedAtFact);
        line.ShouldStartWith($"A rollback after that loses {cost} to the metadata since {stopped:u}");
        line.ShouldContain(" The dump to restore took ");
    }

    [Fact]
    public void Hold_before_the_backup_says_that_a_rollback_loses_no_data()
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["StopOld", "Backup"] });
        world.RunUntil(() => world.Is("Held"), "held");
        Told(world).ShouldBe(
        [
            "OMS goes down, until the upgrade or a rollback ends. For how long is not known.",
            "A rollback after that loses no data: the old containers start again. How long it takes is not known.",
            "It waits again before Backup/no-sessions.",
        ]);
    }

    [Fact]
    public void Rollback_after_success_says_what_it_drops()
    {
        var world = RollbackTests.Golden();
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        Told(world)[..3].ShouldBe(
        [
            $"This DROPS rm_340, cm_340, cm_hb_340 and restores them from {world.Status.SnapshotRef!.Name}: what was "
                + "written to them since then is lost.",
            "From RestoreDatabases/restore on it cannot be undone.",
            "OMS goes down, until the rollback ends. For how long is not known.",
        ]);
        world.Status.Holds.Single().Destroys.ShouldBe(true);
    }

    [Fact]
    public void Action_and_hold_of_the_cleanup_have_the_same_consent()
    {
        var world = new OmsWorld().Apply(s => s with { Cleanup = new CleanupSpec { RemoveImages = true } });
        world.RunToSuccess();
        var asked = world.Status.ActionRequired.Single(a => a.Consent is not null);
        world.EditSpec(s => s with { HoldBefore = ["Cleanup"] });
        world.RemoveOldContainers();
        world.RunUntil(() => world.Is("Held"), "held");

        asked.Reason.ShouldBe(Reasons.RemoveOldContainers);
        asked.Consent.ShouldBe(
            "This REMOVES the old containers: no rollback is possible afterwards.\n"
            + "This REMOVES the old images from the hosts.");
        string.Join('\n', Told(world)).ShouldBe(asked.Consent);
        world.Status.Holds.Single().Destroys.ShouldBe(true);
    }

    [Fact]
    public void Retry_and_hold_of_its_plan_have_the_same_consent()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count("init") == 1, "init");
        world.New("oms-a")!.Stop();
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.OutcomeUnknown, "lost");
        var asked = world.Status.RetryCost.ShouldNotBeNull();
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held");

        string.Join('\n', Told(world)).ShouldBe(asked);
        asked.ShouldStartWith("This DROPS ");
        asked.ShouldContain("\nOMS is down, until everything from StartNew on has run again.");
    }

    [Fact]
    public void TiDb_says_what_a_rollback_costs_while_there_is_one()
    {
        var run = new DatabaseRunWorld().Apply(
            s => s with { Approval = ApprovalPolicy.Manual, HoldBefore = ["UpgradePD"] });
        run.RunUntil(() => run.Is("Held"), "the plan");
        Rollback(run).ShouldBe("A rollback after that costs nothing.");
        run.Annotate(Annotations.Approve, run.Status.Holds.Single().Approval);
        run.RunUntil(() => run.Status.Holds is [{ Name: "UpgradePD" }], "held");
        Rollback(run).ShouldBeNull();
        run.Status.Holds.Single().Consent!.ShouldContain("From UpgradePD/");
    }

    [Theory]
    [InlineData("UpgradeMasters", "How long it takes is not known.")]
    [InlineData("UpgradeTServers", "A process took up to 30s.")]
    public void Yugabyte_says_what_a_rollback_costs_before_its_point_of_no_return(string hold, string time)
    {
        var universe = new YugaWorld(new YugaSetup { From = "2.20.2.0-b1", To = "2024.1.3.0-b5" });
        var run = new DatabaseRunWorld(universe).Apply(s => s with { HoldBefore = [hold, "PromoteAutoFlags"] });
        run.RunUntil(() => run.Is("Held"), "held");
        Rollback(run).ShouldBe(
            $"A rollback after that keeps all data and replaces the processes again, one by one. {time}");
    }

    private static string? Rollback(DatabaseRunWorld run) => Told(run.Status.Holds)
        .SingleOrDefault(l => l.StartsWith("A rollback", StringComparison.Ordinal));

    private static string[] Told(OmsWorld world) => Told(world.Status.Holds);

    private static string[] Told(IEnumerable<HoldStatus> holds)
    {
        var text = holds.ShouldHaveSingleItem().Consent.ShouldNotBeNull();
        text.Split('\n').Length.ShouldBeLessThanOrEqualTo(6);
        text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length.ShouldBeLessThanOrEqualTo(90);
        return text.Split('\n');
    }

    private static string[] Names(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
}
