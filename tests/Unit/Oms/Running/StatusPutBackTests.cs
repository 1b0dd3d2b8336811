namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// The status goes back to an older copy of itself, as after a restore of etcd (what was created since is gone as well)
/// or by a person: nothing happens that would be wrong if the older copy were right, and a rollback restores.
/// </summary>
public sealed class StatusPutBackTests
{
    private static readonly List<OmsUpgradeStatus> Golden = Statuses(Begin(), static w => w.RunToSuccess());
    private static readonly List<OmsUpgradeStatus> GoldenRollback = Statuses(
        BeginFailing(), static w => w.RunToRolledBack());

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public void Status_put_back_to_any_write_of_an_upgrade_does_no_harm(bool isEtcd, int way) =>
        Cases.Try(Pairs(Golden.Count, way), pair =>
        {
            var (world, what) = PutBack(pair.Reached, pair.Back, isEtcd);
            var (old, restores) = (OldStarts(world), world.Count("restore"));
            var ran = world.Count("jar") > 0 && Golden[pair.Back - 1].Plan?.Steps.Exists(
                s => s.Phase == OmsUpgradePhases.StopOld && s.State != StepState.Pending) == false;
            var isStarted = world.Hosts.Exists(h => h.Find(OmsWorld.NewName)?.StartedAt is not null);
            var done = world.Done.Count;
            world.RunUntil(() => world.IsOver || Asks(world), what);
            world.RunFor(TimeSpan.FromHours(1));
            world.Restart();
            world.RunFor(TimeSpan.FromHours(1));

            Broken(world).ShouldBeEmpty(what);
            if (isStarted && IsUnaware(Golden[pair.Back - 1]))
            {
                world.ReasonOf("Stalled").ShouldBe(Reasons.StatusOutdated, $"{what}: {world.Status.Message}");
                world.Done.Skip(done).Where(a => a.By != 0).ShouldBeEmpty(what);
                Texts(world).ShouldContain(ran ? "cannot be accepted" : "approve it", Case.Sensitive, what);
                Texts(world).ShouldNotContain("docker start", Case.Sensitive, what);
                Texts(world).ShouldNotContain("KILL", Case.Sensitive, what);
            }

            OldStarts(world).ShouldBe(old, what);
            world.Count("restore").ShouldBe(restores, what);
            (world.Count("jar") <= 2 && world.Count("init") <= 1).ShouldBeTrue(what);
        });

    [Fact]
    public void Rollback_of_a_status_put_back_restores_what_the_new_version_changed() =>
        Cases.Try(Pairs(Golden.Count, 2), pair =>
        {
            var (world, what) = PutBack(pair.Reached, pair.Back, isEtcd: false);
            var changed = Golden[pair.Back - 1].Plan is not null && world.Count("init") + world.Count("jar") > 0;
            RollBack(world, what);

            Broken(world).ShouldBeEmpty(what);
            if (world.IsBack && Golden[pair.Back - 1].Plan is not null)
            {
                world.Hosts.Where(h => world.Old(h.Name).Status != "running").Select(h => h.Name).ShouldBeEmpty(what);
                world.Metadata.IsHighAvailabilityOn.ShouldBeTrue(what);
            }

            if (changed)
            {
                world.Count("restore").ShouldBe(world.IsBack ? 1 : 0, what);
            }
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Status_put_back_to_any_write_of_a_rollback_restores_no_second_time(bool isEtcd)
    {
        var begins = GoldenRollback.FindIndex(s => s.RollbackPlan is not null) + 1;
        Cases.Try(Pairs(GoldenRollback.Count, 3).Where(p => p.Reached >= begins), pair =>
        {
            var (world, what) = PutBack(BeginFailing(), GoldenRollback, pair.Reached, pair.Back, isEtcd);
            var (loads, restored) = (world.Restores.Loads.Count, world.Restores.Restored);
            var inUse = world.Hosts.Exists(h => world.Old(h.Name).IsRunning);
            var underWay = world.Api.All<SnapshotRestore>().Count(
                r => r.Status?.Phase is not ("Succeeded" or "Failed"));
            var commands = world.Count("jar") + world.Count("init");
            world.RunUntil(() => world.IsBack || Asks(world), what);
            world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
            world.RunFor(TimeSpan.FromHours(2));
            if (world.Status.Holds is [{ Approval: { } approval }])
            {
                world.Annotate(Annotations.Approve, approval);
                world.RunFor(TimeSpan.FromHours(2));
            }

            Broken(world).ShouldBeEmpty(what);
            // A new plan on restored data runs its own.
            if (GoldenRollback[pair.Back - 1].Plan is not null)
            {
                (world.Count("jar") + world.Count("init")).ShouldBe(commands, what);
            }

            // One that was under way begins again. A status of before the plan may have taken another snapshot.
            var more = world.Restores.Loads[loads..];
            more.Count.ShouldBeLessThanOrEqualTo(1 + underWay, $"{what}: {world.Status.Message}");
            (inUse && restored is not null && more.Contains(restored)).ShouldBeFalse($"{what}: {world.Status.Message}");
            if (world.IsBack && GoldenRollback[pair.Back - 1].Plan is not null)
            {
                world.Hosts.Where(h => world.Old(h.Name).Status != "running").Select(h => h.Name).ShouldBeEmpty(what);
                world.Metadata.IsHighAvailabilityOn.ShouldBeTrue(what);
            }
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Retry_of_a_status_put_back_drops_no_database_that_is_in_use_again(bool isEtcd)
    {
        var begins = GoldenRollback.FindIndex(s => s.Step?.Contains("StartOld", StringComparison.Ordinal) == true) + 2;
        Cases.Try(Pairs(GoldenRollback.Count, 1).Where(p => p.Reached >= begins), pair =>
        {
            var (world, what) = PutBack(BeginFailing(), GoldenRollback, pair.Reached, pair.Back, isEtcd);
            var (loads, restored) = (world.Restores.Loads.Count, world.Restores.Restored);
            world.RunUntil(() => world.IsBack || Asks(world), what);
            world.Retry();
            world.RunFor(TimeSpan.FromHours(2));

            Broken(world).ShouldBeEmpty(what);
            restored.ShouldNotBeNull(what);
            world.Restores.Loads[loads..].ShouldNotContain(restored, $"{what}: {Texts(world)}");
        });
    }

    [Fact]
    public void Rollback_of_a_status_that_does_not_know_of_EnableHA_disables_it_first()
    {
        var reached = Golden.FindIndex(s => s.Plan?.Step("EnableHA/ha-config") is { State: StepState.Succeeded }) + 1;
        var (world, what) = PutBack(reached, Golden.FindIndex(s => s.Plan is not null) + 1, isEtcd: false);
        world.Metadata.IsHighAvailabilityOn.ShouldBeTrue();

        RollBack(world, what);

        world.IsBack.ShouldBeTrue($"{what}: {world.Status.Message}");
        Broken(world).ShouldBeEmpty(what);
    }

    [Fact]
    public void Rollback_of_a_status_put_back_waits_for_a_host_that_cannot_be_read()
    {
        var reached = Golden.FindIndex(s => s.Plan?.Step("InitMetadata/oms-a") is { State: StepState.Succeeded }) + 1;
        var (world, what) = PutBack(reached, Golden.FindIndex(s => s.Plan is not null) + 1, isEtcd: false);
        world["oms-b"].Cut(off: true);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, what);
        world.Status.Message.ShouldBeWorded();
        world.RunFor(TimeSpan.FromHours(1));
        (world.Count("restore"), world.Status.RollbackPlan).ShouldBe((0, null), what);

        world["oms-b"].Cut(off: false);
        world.RunUntil(() => world.Is("Held"), what);
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.IsBack, what);
        world.Count("restore").ShouldBe(1, what);
        Broken(world).ShouldBeEmpty(what);
    }

    [Fact]
    public void Rollback_is_compiled_without_a_host_of_which_the_status_knows_all()
    {
        var world = Begin();
        world.RunUntil(
            () => world.Status.Plan?.Step("InitMetadata/oms-a") is { State: StepState.Succeeded }, "it is new");
        world["oms-b"].Cut(off: true);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Status.RollbackPlan is not null, "the rollback");
    }

    [Fact]
    public void Deletion_with_a_status_put_back_restores_only_on_request()
    {
        var reached = Golden.FindIndex(s => s.Plan?.Step("EnableHA/ha-config") is { State: StepState.Succeeded }) + 1;
        var (world, what) = PutBack(reached, Golden.FindIndex(s => s.Plan is not null) + 1, isEtcd: false);
        world.Delete();
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, what);
        world.Status.Message.ShouldNotBeNull().ShouldContain("drydock.dev/on-delete=Abandon");
        world.Status.Message.ShouldNotBeNull().ShouldNotContain("desiredState: Upgraded");

        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), what);
        world.Count("restore").ShouldBe(0, what);
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.IsGone(), what);
        world.Count("restore").ShouldBe(1, what);
        Broken(world).ShouldBeEmpty(what);
    }

    [Fact]
    public void Status_without_a_plan_does_not_say_RolledBack_while_OMS_is_down()
    {
        var reached = Golden.FindIndex(s => s.Step == "Backup/snapshot") + 1;
        var (world, what) = PutBack(reached, 1, isEtcd: true);
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.StatusOutdated, what);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunFor(TimeSpan.FromHours(1));

        world.Is("RolledBack").ShouldBeFalse(world.Status.Message);
        world.ReasonOf("Stalled").ShouldBe(Reasons.StatusOutdated);
        world.Status.Message.ShouldBeWorded();

        world.Hosts.ForEach(h => world.Old(h.Name).Start());
        world.Retry();
        world.RunUntil(() => world.Is("RolledBack"), "RolledBack");
    }

    // The status says nothing of the run, and a rollback is wanted before the targets were read.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rollback_of_a_lost_status_ends_only_when_the_former_version_was_seen(bool isEmpty)
    {
        var world = Begin();
        world.RunUntil(() => world.Count("init") == 1, "docker_init.sh ran");
        world.Lives.Remove(world.Life);
        world.Life.Die();
        world.Api.UpdateStatus(
            world.Upgrade with { Status = isEmpty ? new OmsUpgradeStatus() : world.StatusWrites[0].Status! });
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.Join();
        world.RunFor(TimeSpan.FromHours(1));

        (world.Is("Ready"), world.ReasonOf("Stalled")).ShouldBe((false, Reasons.StatusOutdated));
        world.Status.Message.ShouldBeWorded();
        $"{world.Status.Summary} {world.Status.Message}".ShouldNotContain("was changed");
    }

    [Fact]
    public void Snapshot_of_before_OMS_was_in_use_again_is_not_taken_over()
    {
        var reached = Golden.FindIndex(s => s.Plan?.Step("Backup/snapshot") is { State: StepState.Succeeded }) + 1;
        var (world, what) = PutBack(reached, Golden.FindIndex(s => s.Plan is not null) + 1, isEtcd: false);
        world.Hosts.ForEach(h => world.Old(h.Name).Start());

        world.RunToSuccess();

        Broken(world).ShouldBeEmpty(what);
        world.Count("snapshot").ShouldBe(2, what);
        var last = world.Hosts.Max(h => world.Old(h.Name).FinishedAt);
        world.Done.Last(a => a.What == "snapshot").At.ShouldBeGreaterThanOrEqualTo(last!.Value, what);
        world.Api.All<BackupSnapshot>().Select(s => s.Metadata.Name).ShouldContain(world.Status.SnapshotRef!.Name);
        world.Status.SnapshotRef.Name.ShouldMatch("-1-[0-9a-f]{8}$");
    }

    private static void RollBack(OmsWorld world, string what)
    {
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.IsBack || Asks(world) || world.Is("Held"), what);
        if (world.Is("Held"))
        {
            world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
            world.RunUntil(() => world.IsBack || Asks(world), what);
        }
    }

    private static (OmsWorld World, string What) PutBack(int reached, int back, bool isEtcd) =>
        PutBack(Begin(), Golden, reached, back, isEtcd);

    private static (OmsWorld World, string What) PutBack(
        OmsWorld world, List<OmsUpgradeStatus> golden, int reached, int back, bool isEtcd)
    {
        world.RunUntil(() => world.StatusWrites.Count >= Math.Min(reached, golden.Count) || world.IsOver, "the write");
        var status = world.StatusWrites[back - 1].Status!;
        var what = $"from {reached} ({Where(world.Status)}) back to {back} ({Where(status)})";
        world.Lives.Remove(world.Life);
        world.Life.Die();
        world.Api.UpdateStatus(world.Upgrade with { Status = status });
        if (isEtcd)
        {
            Forget(world, status);
        }

        world.Join();
        return (world, what);
    }

    // By the status no new container was started.
    private static bool IsUnaware(OmsUpgradeStatus status) => status.Plan is { } plan
        && plan.Steps.Where(s => s.Phase == OmsUpgradePhases.StartNew).All(s => s.State == StepState.Pending);

    // What the cluster did not have yet when the status was written.
    private static void Forget(OmsWorld world, OmsUpgradeStatus status)
    {
        if (status.SnapshotRef is null)
        {
            world.Api.All<BackupSnapshot>().ToList().ForEach(
                s => world.Api.Delete<BackupSnapshot>(s.Metadata.Namespace, s.Metadata.Name));
        }

        world.Api.All<SnapshotRestore>().ToList()
            .ForEach(r => world.Api.Delete<SnapshotRestore>(r.Metadata.Namespace, r.Metadata.Name));
    }

    private static bool Asks(OmsWorld world) => world.Is("Stalled") || world.Is("Failed");

    // The operator may have died in the middle of the restart of a console, and the status forgot it.
    private static IEnumerable<string> Broken(OmsWorld world) =>
        world.Rules.Broken.Where(b => !b.EndsWith("no other console served", StringComparison.Ordinal));

    private static string OldStarts(OmsWorld world) =>
        string.Join(' ', world.Hosts.Select(h => world.Old(h.Name).StartedAt));

    private static string Texts(OmsWorld world) => $"{world.Status.Message} {world.Status.NextAction}";

    private static string Where(OmsUpgradeStatus status) => $"{status.Phase} {status.Step}";

    // Every write that was reached, each with some of the writes before it.
    private static IEnumerable<(int Reached, int Back)> Pairs(int count, int way) =>
        from reached in Enumerable.Range(2, count - 1)
        from back in Enumerable.Range(1, reached - 1)
        where Sample.Takes((reached * 31) + back, way, 40)
        select (reached, back);

    private static List<OmsUpgradeStatus> Statuses(OmsWorld world, Action<OmsWorld> toEnd)
    {
        toEnd(world);
        return [.. world.StatusWrites.Select(w => w.Status!)];
    }

    private static OmsWorld BeginFailing() =>
        new OmsWorld(new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar })
            .Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });

    private static OmsWorld Begin() => new OmsWorld(new WorldSetup { RealJson = false }).Apply();
}
