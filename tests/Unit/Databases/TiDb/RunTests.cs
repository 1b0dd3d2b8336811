using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>Runs of whole plans on a cluster in memory.</summary>
public sealed class RunTests
{
    private static readonly TiDbWorldSetup Whole = new() { Pumps = 2, Drainers = 1 };

    [Fact]
    public void Upgrade_replaces_every_process_in_order_and_leaves_nothing()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Processes.ShouldAllBe(p => p.Running == TiDbWorld.New);
        world.Evicted.ShouldBeEmpty();
        world.ClusterVersion.ShouldBe(TiDbWorld.New);
        world.Done.Where(d => d.StartsWith("stop ", StringComparison.Ordinal)).Select(d => d.Split(' ')[1])
            .ShouldBe(
                [
                    "pd-1", "pd-2", "pd-3", "tikv-1", "tikv-2", "tikv-3", "pump-1", "pump-2", "tidb-1", "tidb-2",
                    "drainer-1"
                ],
                "SIGTERM pauses a pump");
        world.Done.ShouldNotContain(d => d.StartsWith("start ", StringComparison.Ordinal)
            && d.EndsWith(TiDbWorld.Old, StringComparison.Ordinal));
        world.Limits["merge-schedule-limit"].ShouldBe(8);
        world.Limits["replica-schedule-limit"].ShouldBe(16);
    }

    [Theory]
    [InlineData("pd-1")]
    [InlineData("pd-2")]
    [InlineData("pd-3")]
    public void PD_leader_is_stopped_last_and_moves_to_it_before(string leader)
    {
        var world = new TiDbWorld(Whole with { Leader = leader }).Begin();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Done.Where(d => d.StartsWith("move leader", StringComparison.Ordinal))
            .ShouldBe(leader == "pd-3" ? ["move leader from pd-3"] : [
                $"move leader from {leader}", "move leader from pd-3"
            ]);
        world.Done.Where(d => d.StartsWith("stop pd-", StringComparison.Ordinal))
            .Select(d => d.Split(' ')[1])
            .ShouldBe(["pd-1", "pd-2", "pd-3"], "whichever leads: an election changes no plan");
    }

    [Fact]
    public void PD_leadership_that_returns_before_stop_is_moved_again()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradePD/pd-2/drain").State == StepState.Succeeded, "pd-2 drained");
        world.PdLeader = "pd-2";
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Leader_priority_is_cleared_and_restored_by_run()
    {
        var world = new TiDbWorld(Whole with { Priority = 5 }).Begin();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Priorities["pd-1"].ShouldBe(5);
        world.Done.Where(d => d.StartsWith("priority", StringComparison.Ordinal))
            .ShouldBe(["priority pd-1 0", "priority pd-1 5"]);
    }

    [Fact]
    public void Leader_priority_of_a_member_that_left_is_not_restored()
    {
        const string Restore = "UpgradePD/restore-leader-priority";
        var world = new TiDbWorld(Whole with { Priority = 5 }).Begin();
        world.Controls = world.Controls with { HoldBefore = new HashSet<string>(StringComparer.Ordinal) { Restore } };
        world.RunUntil(() => world.Step("UpgradePD/pd-3/verify").State == StepState.Succeeded, "pd-3, the last");
        world.PdLeader = "pd-2";
        world.Leave("pd-1");
        world.Controls = world.Controls with { Approved = new HashSet<string>(StringComparer.Ordinal) { Restore } };
        world.Life.Wake();
        world.RunUntil(() => world.Step(Restore).State == StepState.Succeeded, "restored", TimeSpan.FromMinutes(5));

        world.Done.Where(d => d.StartsWith("priority", StringComparison.Ordinal)).ShouldBe(["priority pd-1 0"]);
    }

    [Fact]
    public void Priority_that_was_restored_before_a_failure_is_no_change_from_outside()
    {
        const string Restore = "UpgradePD/restore-leader-priority";
        var world = new TiDbWorld(Whole with { Priority = 5 });
        world.Priorities["pd-2"] = 3;
        world.Begin();
        world.Controls = world.Controls with { HoldBefore = new HashSet<string>(StringComparer.Ordinal) { Restore } };
        world.RunUntil(() => world.Life.Outcome?.State == RunState.Held, "held");
        world.Answers = (method, _, path) =>
            method == "POST" && path.EndsWith("/members/name/pd-2", StringComparison.Ordinal)
                ? (500, "etcd is busy")
                : null;
        world.Controls = world.Controls with { Approved = new HashSet<string>(StringComparer.Ordinal) { Restore } };
        world.Life.Wake();
        world.RunUntil(() => world.Life.Outcome?.State == RunState.Failed, "it fails half way");
        world.Priorities["pd-1"].ShouldBe(5);

        world.Answers = static (_, _, _) => null;
        world.Controls = world.Controls with { Retry = true };
        world.Restart();
        world.RunToSuccess();
        (world.Priorities["pd-1"], world.Priorities["pd-2"]).ShouldBe((5, 3));
        world.Stored!.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
    }

    [Fact]
    public void Migrated_tikv_toml_replaces_old_file_which_is_kept()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunToSuccess();

        var file = world.Files[("192.0.2.1", "/data/tikv-1/conf/tikv.toml")];
        file.ShouldStartWith("# by hand\n[server]\ngrpc-concurrency = 4 # tuned\n");
        file.ShouldContain("capacity = \"16GB\"");
        world.Files[("192.0.2.1", "/data/tikv-1/conf/tikv.toml.2.1.19")].ShouldNotContain("capacity");
    }

    [Fact]
    public void Configuration_is_saved_to_secret_and_backup_without_drainer_secrets()
    {
        var world = new TiDbWorld(Whole);
        foreach (var instance in world.Upgrade.Spec.Instances)
        {
            world.Files[(instance.Host, TiDbLayout.StartScript(instance))] = $"exec bin/{instance.Component}";
        }

        world.Begin().RunToSuccess();

        var secret = world.Objects.All<V1Secret>().ShouldHaveSingleItem();
        secret.Metadata.OwnerReferences.ShouldBeNull();
        secret.Data!.Keys.ShouldContain("pd.json");
        secret.Data.Keys.ShouldContain("drainer-1.toml");
        secret.Data.Keys.ShouldContain("drainer-1.sh");
        world.Storages.Objects.Keys.ShouldContain($"db/{secret.Metadata.Name}/tikv-1.sh");
        world.Storages.Objects.Keys.ShouldContain($"db/{secret.Metadata.Name}/tikv-1.toml");
        world.Storages.Objects.Keys.ShouldNotContain(k => k.Contains("drainer", StringComparison.Ordinal));
        var snapshot = world.Objects.All<Drydock.Crds.BackupSnapshots.BackupSnapshot>().ShouldHaveSingleItem();
        (snapshot.Spec.Tool, snapshot.Metadata.OwnerReferences).ShouldBe((DumpTool.MyDumper, null));
    }

    [Fact]
    public void Package_is_brought_before_any_process_is_stopped()
    {
        var world = new TiDbWorld(Whole with { PackagePresent = false }).Begin();
        world.RunToSuccess();

        world.Done.Take(3).ShouldBe(["package 192.0.2.1", "package 192.0.2.2", "package 192.0.2.3"], ignoreOrder: true);
        world.Violations.ShouldBeEmpty();
    }

    [Fact]
    public void Instances_upgraded_by_hand_are_not_touched()
    {
        var world = new TiDbWorld(Whole);
        foreach (var name in new[] { "pd-1", "pd-2", "tikv-1" })
        {
            world[name].Installed = world[name].Running = TiDbWorld.New;
        }

        world.StoreOf("tikv-1").Version = TiDbWorld.New;
        var pid = world["tikv-1"].Pid;
        world.Begin().RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world["tikv-1"].Pid.ShouldBe(pid);
    }

    // Patch releases of one series normally keep tidb_server_version.
    [Fact]
    public void Upgrade_to_later_patch_ends_with_unchanged_system_tables()
    {
        var world = new TiDbWorld(Whole with { From = "3.0.5", Bootstrap = 33, MergeMoves = false }).Begin();
        world.RunUntil(() => world.Life.Outcome?.State == RunState.Succeeded, "success", TimeSpan.FromHours(2));

        world.Violations.ShouldBeEmpty();
        world.Processes.ShouldAllBe(p => p.Running == TiDbWorld.New);
    }

    [Fact]
    public void Lower_version_of_system_tables_stops_upgrade_at_first_TiDB()
    {
        var world = new TiDbWorld(Whole with { From = "3.0.5", Bootstrap = 33, NewBootstrap = 27 }).Begin();
        world.RunToStall();

        var step = world.Step("UpgradeTiDB/tidb-1/verify");
        (step.State, step.Reason).ShouldBe((StepState.Failed, Reasons.InstanceUnhealthy));
        step.Message.ShouldBeWorded();
        world["tidb-2"].Running.ShouldBe("3.0.5");
    }

    [Fact]
    public void Single_PD_and_single_TiDB_upgrade_when_outage_is_accepted()
    {
        var world = new TiDbWorld(
            new TiDbWorldSetup { Pds = 1, Tidbs = 1, Spec = s => s.Acknowledge(Reasons.QuorumTooSmall) }).Begin();
        world.RunToSuccess();

        world.Violations.ShouldBeEmpty();
        world.Processes.ShouldAllBe(p => p.Running == TiDbWorld.New);
    }

    [Fact]
    public void Merge_limit_is_lowered_only_if_new_PD_merges()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradePD/limit-merging").State == StepState.Succeeded, "PD");
        world.Limits["merge-schedule-limit"].ShouldBe(2);

        var still = new TiDbWorld(Whole with { MergeMoves = false }).Begin();
        still.RunUntil(() => still.Step("UpgradePD/limit-merging").State == StepState.Succeeded, "PD");
        still.Limits["merge-schedule-limit"].ShouldBe(8);
    }

    [Fact]
    public void Rising_backoffs_stop_tuning_without_failing_upgrade()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("TuneScheduling/merge-schedule-limit-8").State == StepState.Running, "raising");
        for (var i = 0; i < 60; i++)
        {
            world.After(TimeSpan.FromSeconds(10 * i), () => world.Backoffs += 2000);
        }

        world.RunToSuccess();
        (world.Limits["merge-schedule-limit"], world.Limits["replica-schedule-limit"]).ShouldBe((4, 8));
        world.Step("TuneScheduling/merge-schedule-limit-8").Facts![RaiseScheduleLimit.StoppedFact]
            .ShouldContain("tikvclient_backoff_count");
    }

    [Fact]
    public void Short_stability_is_not_watched_at_long_intervals()
    {
        var world = new TiDbWorld(Whole with
        {
            Spec = s =>
                s with { Tidb = s.Tidb! with { TuneScheduling = s.Tidb.TuneScheduling with { StableFor = "2s" } } }
        }).Begin();
        world.RunToSuccess();

        var raised = world.Step("TuneScheduling/merge-schedule-limit-8");
        (raised.FinishedAt - world.Step("TuneScheduling/merge-schedule-limit-4").FinishedAt)!.Value
            .ShouldBeLessThan(TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void Counters_that_cannot_be_read_do_not_fail_the_upgrade()
    {
        var world = new TiDbWorld(Whole with
        {
            Spec = s =>
                s with { Tidb = s.Tidb! with { TuneScheduling = s.Tidb.TuneScheduling with { Enabled = false } } }
        }).Begin();
        world.Answers = (_, p, path) => p.Name == "tidb-1" && path == "/metrics" ? (404, "no such page") : null;
        world.RunToSuccess();

        var counted = world.Step("Verify/statements");
        counted.Message.ShouldBeWorded();
        (counted.FinishedAt - counted.StartedAt)!.Value.ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Skipped_binlog_is_noted_in_plan_and_after_verification()
    {
        var world = new TiDbWorld(Whole);
        world.SkipsBinlog.Add("tidb-2");
        world.Begin().RunToSuccess();

        world.Stored!.Notes.ShouldContain(n => n.StartsWith("tidb-2 SKIPS BINLOG", StringComparison.Ordinal));
        TiDbStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = world.Stored }, world.Upgrade.Spec).ActionRequired
            .ShouldContain(a => a.Reason == Reasons.BinlogSkipped && a.Subject == "binlog"
                && a.Message.Contains("tidb-2", StringComparison.Ordinal));
    }

    [Fact]
    public void Unsettled_regions_stop_tuning_at_its_timeout()
    {
        var world = new TiDbWorld(
            Whole with { Spec = s => s with { Timeouts = s.Timeouts with { TuneScheduling = "30m" } } }).Begin();
        world.RunUntil(() => world.Step("TuneScheduling/merge-schedule-limit-4").State == StepState.Running, "raising");
        for (var i = 0; i < 60; i++)
        {
            world.After(TimeSpan.FromMinutes(i), () => world.RegionsMore += 50);
        }

        world.RunToSuccess();
        world.Limits["merge-schedule-limit"].ShouldBe(2, string.Join("; ", world.Stored!.Steps.Where(
            s => s.Phase == "TuneScheduling").Select(s => $"{s.Id} {s.StartedAt} {s.FinishedAt} {s.Message}")));
    }

    [Fact]
    public void Tuning_waits_for_PD_that_cannot_be_asked()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("TuneScheduling/merge-schedule-limit-4").State == StepState.Running, "raising");
        world.Answers = (_, p, path) =>
            p.Component == DatabaseComponent.PD && path.StartsWith("/pd/", StringComparison.Ordinal)
                ? (500, "redirect failed")
                : null;
        world.RunFor(TimeSpan.FromMinutes(30));
        world.Life.Outcome!.State.ShouldBe(RunState.Working);
        world.Answers = static (_, _, _) => null;
        world.RunToSuccess();
    }

    [Fact]
    public void PD_upgrade_succeeds_with_nameless_members()
    {
        var world = new TiDbWorld(Whole with { Priority = 5 });
        world.NamelessMembers.UnionWith(["pd-2", "pd-3"]);
        world.Begin();

        world.RunUntil(
            () => world.Step("UpgradePD/restore-leader-priority").State == StepState.Succeeded, "PD upgraded");
        world.Priorities["pd-1"].ShouldBe(5);
    }

    [Fact]
    public void Scheduler_left_by_abandoned_upgrade_is_named_and_removed()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
        world.Evicted.ShouldNotBeEmpty();
        TiDbStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = world.Stored! }, world.Upgrade.Spec).ActionRequired
            .ShouldContain(a => a.Message.Contains("evict-leader-scheduler-1", StringComparison.Ordinal));

        var taken = world.CleanUp();
        taken.Removed.ShouldBe(["tikv-1", "UpgradeTiKV/hold-scheduling"]);
        taken.Remaining.ShouldBeEmpty();
        world.Evicted.ShouldBeEmpty();
    }

    [Fact]
    public void Removed_scheduler_is_reported_again_only_after_new_drain()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradeTiKV/tikv-1/drain").State == StepState.Succeeded, "tikv-1 drained");
        var (spec, rest) = (world.Upgrade.Spec, new DatabaseParkedState(SupportedEngines.All));
        var resting = new DatabaseRollingUpgradeStatus { Plan = world.Stored! };
        rest.MayRemain(spec, resting).ShouldBeTrue();

        var taken = (DatabaseRollingUpgradeStatus)rest.MarkRemoved(
            spec, resting, ["tikv-1", "UpgradeTiKV/hold-scheduling"], world.Now.AddSeconds(1));
        rest.MayRemain(spec, taken).ShouldBeFalse();
        new TiDbUndo(spec, taken.Plan!).Advice.ShouldBeEmpty();

        // The run goes on: the swap drains once more before it stops the process.
        var again = taken with
        {
            Plan = taken.Plan!.With(taken.Plan.Steps.Select(s => s.Id == "UpgradeTiKV/tikv-1/swap"
                ? s.With(r => r with { Attempt = 1, StartedAt = world.Now.AddSeconds(2), CleanedUpAt = null })
                : s))
        };
        rest.MayRemain(spec, again).ShouldBeTrue();
        new TiDbUndo(spec, again.Plan!).Advice.ShouldHaveSingleItem().Subject.ShouldBe("tikv-1");

        // Its attempt failed, and the next one has not begun: what it evicted stays until then.
        var failed = again.Plan!.With(again.Plan.Steps.Select(
            s => s.Id == "UpgradeTiKV/tikv-1/swap" ? s.With(r => r with { StartedAt = null }) : s));
        new TiDbUndo(spec, failed).Advice.ShouldHaveSingleItem().Subject.ShouldBe("tikv-1");
    }

    [Fact]
    public void Different_cluster_at_same_addresses_is_not_touched()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.Stored = world.Stored!.Rewritten(p => p with
        {
            Guards = p.Guards.ConvertAll(g => g.Check == "ClusterIsTheSame" ? g with
            {
                Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["clusterId"] = "7" }
            } : g)
        });
        world.RunToStall();

        world.Life.Outcome!.State.ShouldBe(RunState.TargetChanged);
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Status_shows_versions_times_references_and_required_actions()
    {
        var world = new TiDbWorld(Whole).Begin();
        world.RunUntil(() => world.Step("UpgradePD/pd-2/verify").State == StepState.Succeeded, "pd-2, the second");
        var half = TiDbStatus.Compose(new DatabaseRollingUpgradeStatus { Plan = world.Stored! }, world.Upgrade.Spec);
        world.RunToSuccess();
        var status = TiDbStatus.Compose(half with { Plan = world.Stored! }, world.Upgrade.Spec);

        half.Instances.Where(i => i.Version == TiDbWorld.New).Select(i => i.Name).ShouldBe(["pd-1", "pd-2"]);
        status.Instances.ShouldAllBe(i => i.Version == TiDbWorld.New);
        status.Estimate.ShouldBe("25m0s");
        status.Elapsed.ShouldNotBeNull();
        var plan = status.Plan!;
        status.SnapshotRef!.Name.ShouldBe($"up-0123abcd-{plan.Number}-{plan.Id}-1");
        status.SnapshotRef.Uid.ShouldBe($"uid-{status.SnapshotRef.Name}");
        status.ConfigurationRef!.Name.ShouldBe($"up-0123abcd-{plan.Number}-{plan.Id}-configuration-1");
        status.ActionRequired.ShouldHaveSingleItem().Reason.ShouldBe(Reasons.ReviewDashboards);
    }
}
