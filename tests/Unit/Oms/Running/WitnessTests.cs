namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// What lies on the hosts of commands that run once, and what the status knows of them: neither is believed alone.
/// </summary>
public sealed class WitnessTests
{
    private const string Jar = "CorrectMetadata/oms-a/jar";
    private const string Marker = "# 【结束】全部初始化步骤执行成功\n";

    // The status was put back to before the receipt, while the command runs or after its end.
    [Theory]
    [InlineData("CorrectMetadata/oms-a/jar", 5)]
    [InlineData("CorrectMetadata/oms-a/jar", 3600)]
    [InlineData("InitMetadata/oms-a", 5)]
    [InlineData("InitMetadata/oms-a", 3600)]
    public void Witness_of_this_very_attempt_is_adopted_without_a_question(string step, int seconds)
    {
        var world = Begin();
        var (kind, back) = (step == Jar ? "jar" : "init", new OmsUpgradeStatus());
        world.RunUntil(
            () =>
            {
                back = world.Status.Plan?.Step(step) is { Receipt: null } ? world.Status : back;
                return world.Count(kind, "oms-a") == 1;
            },
            kind);
        world.Life.Die();
        world.Lives.Clear();
        world.Time.Advance(TimeSpan.FromSeconds(seconds));
        world.PutBack(back);
        world.RunUntil(() => world.IsOver || world.Is("Stalled") || world.Is("Failed"), "success");

        world.IsOver.ShouldBeTrue(world.Status.Message);
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Metadata.Contents).ShouldBe((2, 1, "4.2.2"));
    }

    [Fact]
    public void Witness_of_this_attempt_that_is_over_is_never_taken_for_its_result()
    {
        var world = BeforeJar();
        Leave(world, world.Plan.Tag, Jar, 1, rc: 0, log: "", closed: true);

        Refused(world, Jar).ShouldBeWorded();
        world.Step(Jar).Acceptable.ShouldBeFalse();
    }

    [Theory]
    [InlineData("InitMetadata/oms-a", 1)]
    [InlineData("CorrectMetadata/oms-b/jar", 1)]
    [InlineData("CorrectMetadata/oms-a/jar", 2)]
    public void Step_is_not_reserved_after_a_later_one_or_a_higher_attempt(string step, int attempt)
    {
        var world = BeforeJar();
        Leave(world, world.Plan.Tag, step, attempt, rc: 0, log: Marker, closed: false);

        Refused(world, Jar);
        world.Step(Jar).Acceptable.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, "", true)]
    [InlineData(1, "", false)]
    [InlineData(0, "ERROR lost\n", false)]
    [InlineData(null, "", false)]
    public void Good_result_of_an_unknown_plan_can_be_taken_over(int? rc, string log, bool isOffered)
    {
        var world = BeforeJar();
        Leave(world, "9-zzzzzzzz", Jar, 1, rc, log, closed: false);

        Refused(world, Jar).ShouldBeWorded();
        world.Step(Jar).Acceptable.ShouldBe(isOffered);
        world.Annotate(Annotations.Approve, world.AcceptWord(Jar));
        world.RunFor(TimeSpan.FromMinutes(5));

        (world.Step(Jar).State == StepState.Succeeded).ShouldBe(isOffered);
        world.Count("jar", "oms-a").ShouldBe(0);
        world.Count("jar", "oms-b").ShouldBe(isOffered ? 1 : 0, world.Status.Message);
        if (isOffered)
        {
            world.Step(Jar).Message.ShouldBeWorded();
        }
    }

    [Theory]
    [InlineData("8-yyyyyyyy", false)]
    [InlineData("8-yyyyyyyy", true)]
    public void Result_of_an_unknown_plan_is_not_offered_if_there_is_another_one(string other, bool closed)
    {
        var world = BeforeJar();
        Leave(world, "9-zzzzzzzz", Jar, 1, rc: 0, log: "", closed: false);
        Leave(world, other, Jar, 1, rc: 0, log: "", closed);

        Refused(world, Jar);
        world.Step(Jar).Acceptable.ShouldBeFalse();
    }

    [Fact]
    public void Plan_that_is_over_and_newer_than_the_status_refuses()
    {
        var world = BeforeJar();
        Leave(world, $"{world.Plan.Number + 1}-zzzzzzzz", Jar, 1, rc: 0, log: "", closed: true);

        Refused(world, Jar);
        world.Step(Jar).Acceptable.ShouldBeFalse();
    }

    [Fact]
    public void Former_plan_whose_data_were_never_restored_refuses()
    {
        var world = BeforeJar();
        var known = world.Upgrade;
        world.Api.UpdateStatus(known with
        {
            Status = known.Status! with { FormerPlans = [new FormerPlan { Number = 1, Id = "zzzzzzzz" }] }
        });
        Leave(world, "1-zzzzzzzz", Jar, 1, rc: 1, log: "", closed: false);

        Refused(world, Jar);
    }

    [Fact]
    public void Refusal_is_no_failure_that_an_automatic_rollback_answers()
    {
        var world = BeforeJar(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        Leave(world, world.Plan.Tag, Jar, 1, rc: 0, log: "", closed: true);

        Refused(world, Jar);
        world.RunFor(TimeSpan.FromHours(2));
        (world.Count("restore"), world.Status.RollbackPlan).ShouldBe((0, null));
    }

    [Fact]
    public void Node_without_the_marker_of_T1_reserves_nothing()
    {
        var world = BeforeJar();
        var marker = world["oms-b"].Files.Keys.Single(f => f.EndsWith("/T1", StringComparison.Ordinal));
        marker.ShouldBe($"/data/oms/logs/drydock/{world.Upgrade.Metadata.Uid}/{world.Plan.Tag}/T1");
        var content = world["oms-b"].Files[marker];
        world["oms-b"].Files.Remove(marker);

        Refused(world, Jar).ShouldBeWorded();
        world.Step(Jar).Acceptable.ShouldBeFalse();

        world["oms-b"].Files[marker] = content;
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Old_container_that_somebody_stopped_before_gets_its_marker()
    {
        var world = Begin(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Old("oms-b").HostConfig =
            world.Old("oms-b").HostConfig with { RestartPolicy = new RestartPolicy { Name = "no" } };
        world.Old("oms-b").Stop();
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Node_that_cannot_be_read_reserves_nothing_and_is_named()
    {
        var world = BeforeJar();
        world["oms-b"].FailedSearches = int.MaxValue;
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunFor(TimeSpan.FromMinutes(2));
        (world.Count("jar"), world.Step(Jar).State, world.Step(Jar).Receipt).ShouldBe((0, StepState.Pending, null));
        world.Step(Jar).Message.ShouldBeWorded();

        world["oms-b"].FailedSearches = 0;
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Directory_that_is_no_record_is_named()
    {
        var world = BeforeJar();
        Leave(world, "saved-zzzzzzzz", Jar, 1, rc: 0, log: "", closed: true);
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunFor(TimeSpan.FromMinutes(2));

        world.Count("jar").ShouldBe(0);
        world.Step(Jar).Message.ShouldNotBeNull().ShouldContain("'saved' in /home/admin/logs/drydock/");
    }

    [Fact]
    public void Stopped_container_of_another_node_is_read_all_the_same()
    {
        var world = BeforeJar();
        world.New("oms-b")!.Stop();
        Leave(world, "9-zzzzzzzz", "InitMetadata/oms-b", 1, rc: 0, log: "", closed: false, host: "oms-b");
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunFor(TimeSpan.FromMinutes(2));

        world.Count("jar").ShouldBe(0);
        Look(world, "oms-b").Started.ShouldHaveSingleItem().Directory.ShouldEndWith("/9-zzzzzzzz/InitMetadata-oms-b/1");
    }

    [Fact]
    public void Downtime_does_not_begin_over_the_open_witness_of_an_unknown_plan()
    {
        var world = Begin(s => s with { HoldBefore = ["DisableHA"] });
        world.RunUntil(() => world.Is("Held"), "held");
        Leave(world, "9-zzzzzzzz", Jar, 1, rc: 0, log: "", closed: false);
        world.RunFor(TimeSpan.FromSeconds(3));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.StatusOutdated);
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldNotBeNull().ShouldNotContain("approve it");
        world.Annotate(Annotations.Approve, Word.For("StatusIsCurrent/oms-a", 1, world.Plan));
        world.RunFor(TimeSpan.FromMinutes(10));
        (world.Metadata.IsHighAvailabilityOn, world.Count("stop")).ShouldBe((true, 0));

        var directory = $"drydock/{world.Upgrade.Metadata.Uid}/9-zzzzzzzz/CorrectMetadata-oms-a-jar/1";
        world.Status.Message.ShouldContain($"`rm -r /home/admin/logs/{directory}`");
        foreach (var file in world["oms-a"].Files.Keys.Where(
            f => f.StartsWith($"/data/oms/logs/{directory}", StringComparison.Ordinal)).ToList())
        {
            world["oms-a"].Files.Remove(file);
        }

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Plans_that_are_over_are_learned_before_a_new_plan_is_numbered()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Apply(s => s with { Approval = ApprovalPolicy.Manual });
        Leave(world, "7-zzzzzzzz", Jar, 1, rc: 0, log: "", closed: true);
        Leave(world, "8-yyyyyyyy", Jar, 1, rc: 0, log: "", closed: true);
        Leave(world, "8-yyyyyyyy", "CorrectMetadata/oms-b/jar", 1, rc: 0, log: "", closed: false, host: "oms-b");
        world.RunUntil(() => world.Status.Plan is not null, "planned");

        world.Status.FormerPlans.Select(p => (p.Number, p.Id)).ShouldBe([(7, "zzzzzzzz")]);
        world.Plan.Number.ShouldBe(8);
    }

    [Fact]
    public void Success_closes_all_witnesses_after_the_last_change()
    {
        var world = Begin();
        world.RunToSuccess();

        Open(world).ShouldBeEmpty();
        Started(world).Count.ShouldBe(3);
        world.RunFor(TimeSpan.FromMinutes(1));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Node_that_cannot_be_written_at_the_end_is_listed_and_does_not_hold_the_success()
    {
        var world = Begin();
        world.RunUntil(
            () => world.Status.Plan?.Steps.Exists(
                s => s.Phase == OmsUpgradePhases.EnableHA && s.State != StepState.Pending) == true,
            "the end");
        world["oms-b"].IsFull = true;
        world.RunToSuccess();

        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.ResultAccepted
            && a.Message.Contains("Settle/witnesses", StringComparison.Ordinal));
        world.Step("Settle/witnesses").Message.ShouldBeWorded();
        Open(world).ShouldHaveSingleItem();
    }

    [Fact]
    public void Node_that_is_down_at_the_end_is_waited_for()
    {
        var world = Begin();
        world.RunUntil(
            () => world.Status.Plan?.Steps.Exists(
                s => s.Phase == OmsUpgradePhases.Settle && s.State != StepState.Pending) == true,
            "settling");
        world["oms-b"].Cut(off: true);
        world.RunFor(TimeSpan.FromHours(1));
        world.IsOver.ShouldBeFalse();

        world["oms-b"].Cut(off: false);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Witnesses_are_closed_before_their_databases_are_dropped(bool isRedo)
    {
        var calls = 0;
        var world = Begin(
            setup: new WorldSetup { RealJson = false, Jar = (_, _) => ++calls == 1 ? (3, "failed\n") : (0, "") });
        world.RunUntil(() => world.Is("Failed"), "failed");
        Open(world).Count.ShouldBe(1);
        var open = -1;
        world.Fates = point =>
        {
            open = point.What.StartsWith("create SnapshotRestore", StringComparison.Ordinal) ? Open(world).Count : open;
            return Fate.Live;
        };
        if (isRedo)
        {
            world.RetryOnRestoredData();
            world.RunToSuccess();
        }
        else
        {
            world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
            world.RunToRolledBack();
        }

        world.Rules.Broken.ShouldBeEmpty();
        (open, world.Count("restore")).ShouldBe((0, 1));
        Open(world).ShouldBeEmpty();
    }

    [Fact]
    public void Retry_after_a_rollback_raises_no_alarm()
    {
        var world = Begin();
        world.RunToSuccess();
        RollBack(world);
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.Retry();
        world.RunToSuccess();

        (world.Count("jar"), world.Count("init"), world.Metadata.Contents).ShouldBe((4, 2, "4.2.2"));
        world.Rules.Broken.ShouldBeEmpty();
        Open(world).ShouldBeEmpty();
    }

    [Fact]
    public void Upgrade_after_the_object_was_deleted_raises_no_alarm()
    {
        var world = Begin();
        world.RunToSuccess();
        RollBack(world);
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");
        world.Hosts.ForEach(h => h.Containers.Remove(h.Find(OmsWorld.NewName)!));
        world.Apply();
        world.RunUntil(() => world.IsOver || world.Is("Stalled"), "success");

        world.IsOver.ShouldBeTrue(world.Status.Message);
        (world.Count("jar"), world.Metadata.Contents).ShouldBe((4, "4.2.2"));
    }

    [Theory]
    [InlineData("dump")]
    [InlineData("reboot")]
    public void Long_dump_or_a_reboot_raises_no_alarm(string what)
    {
        var world = Begin(
            s => s with { Timeouts = s.Timeouts with { Backup = "24h" } },
            new WorldSetup
            {
                RealJson = false,
                DumpTakes = what == "dump" ? TimeSpan.FromHours(9) : TimeSpan.FromSeconds(4)
            });
        if (what == "reboot")
        {
            world.RunUntil(() => world.Status.Plan?.Step("Backup/snapshot")?.State == StepState.Running, "the dump");
            world["oms-b"].RestartDockerd();
        }

        world.RunUntil(() => world.IsOver || world.Is("Stalled"), "success", TimeSpan.FromHours(48));
        world.IsOver.ShouldBeTrue(world.Status.Message);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Command_lost_by_a_reboot_of_the_second_node_is_redone_with_one_word()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("jar", "oms-b") == 1, "the second JAR");
        world.RunFor(TimeSpan.FromSeconds(5));
        world["oms-b"].RestartDockerd();
        world.New("oms-b")!.IsRunning.ShouldBeFalse();
        world.RunToStall();
        world["oms-b"].Cut(off: true);
        world.RetryOnRestoredData();
        world.RunFor(TimeSpan.FromMinutes(3));
        world.Status.Message.ShouldBeWorded();
        (world.Count("restore"), world.Status.UsedTokens.Count).ShouldBe((0, 0));

        world["oms-b"].Cut(off: false);
        world.RunUntil(() => world.IsOver || world.Is("Held") || world.Is("Failed"), "success");
        world.IsOver.ShouldBeTrue(world.Status.Message);
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("restore"), world.Count("jar")).ShouldBe((1, 4));
    }

    [Theory]
    [InlineData("unknown", 0, false, true)]
    [InlineData("unknown", 0, true, true)]
    [InlineData("former", 0, true, false)]
    [InlineData("former", 0, false, true)]
    [InlineData("unknown", 1, true, true)]
    [InlineData("present", 0, true, true)]
    public void Redo_is_refused_if_the_hosts_know_more(string plan, int newer, bool closed, bool isRefused)
    {
        var calls = 0;
        var world = Begin(
            setup: new WorldSetup { RealJson = false, Jar = (_, _) => ++calls == 1 ? (3, "failed\n") : (0, "") });
        world.RunUntil(() => world.Is("Failed"), "failed");
        var (stops, tag) = (world.Count("stop"), plan == "present"
            ? world.Plan.Tag
            : $"{(newer > 0 ? world.Plan.Number + newer : 0)}-zzzzzzzz");
        Leave(world, tag, "InitMetadata/oms-a", 1, rc: 0, log: Marker, closed);
        if (plan == "former")
        {
            world.PutBack(world.Status with { FormerPlans = [new FormerPlan { Number = 0, Id = "zzzzzzzz" }] });
        }

        world.RetryOnRestoredData();
        world.RunUntil(() => world.IsOver || world.ReasonOf("Stalled") == Reasons.StatusOutdated, "redone or refused");

        world.IsOver.ShouldBe(!isRefused, world.Status.Message);
        if (isRefused)
        {
            world.RunFor(TimeSpan.FromHours(1));
            (world.Count("stop"), world.Count("restore"), world.Status.UsedTokens.Count).ShouldBe((stops, 0, 0));
            world.Status.Message.ShouldNotBeNull().ShouldContain("InitMetadata-oms-a on oms-a");
        }
    }

    private static NodeWitnesses Look(OmsWorld world, string node)
    {
        var look = world.Life.Scheduler.Start(
            () => Targets(world).Witnesses.LookAsync(world.Plan, node, also: null, CancellationToken.None));
        world.RunUntil(() => look.IsCompleted, "the look");
        return look.GetAwaiter().GetResult();
    }

    private static OmsTargets Targets(OmsWorld world)
    {
        var secrets = SecretUses.ReadAsync(
            world.Life.Services.Kubernetes, SecretReferences.In(world.Upgrade.Spec), OmsWorld.Namespace,
            CancellationToken.None);
        return new OmsTargets(world.Upgrade, secrets.GetAwaiter().GetResult(), world.Life.Services, static () => { });
    }

    private static OmsWorld Begin(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null, WorldSetup? setup = null) =>
        new OmsWorld(setup ?? new WorldSetup { RealJson = false }).Apply(change);

    private static OmsWorld BeforeJar(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null)
    {
        var world = Begin(s => (change?.Invoke(s) ?? s) with { HoldBefore = ["CorrectMetadata/oms-a/jar"] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    // Lets the hold go, and returns why the step was refused.
    private static string Refused(OmsWorld world, string step)
    {
        var (jars, inits) = (world.Count("jar"), world.Count("init"));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed") || world.IsOver, "refused");
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Step(step).Reason.ShouldBe(Reasons.StatusOutdated, world.Status.Message);
        world.Step(step).Receipt.ShouldBeNull();
        (world.Count("jar"), world.Count("init")).ShouldBe((jars, inits));
        world.Said.ShouldContain("Or roll back: ");
        return world.Step(step).Message!;
    }

    internal static void Leave(
        OmsWorld world, string tag, string step, int attempt, int? rc, string log, bool closed, string host = "oms-a")
    {
        var directory = $"/data/oms/logs/drydock/{world.Upgrade.Metadata.Uid}/{tag}/{step.Replace('/', '-')}/{attempt}";
        world[host].Write($"{directory}/reserved", directory);
        world[host].Write($"{directory}/started", "99999\n");
        world[host].Write($"{directory}/log", log);
        if (rc is { } code)
        {
            world[host].Write($"{directory}/rc", $"{code}\n");
        }

        if (closed)
        {
            world[host].Write($"{directory}/closed", "");
        }
    }

    private static void RollBack(OmsWorld world)
    {
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunToRolledBack();
        Open(world).ShouldBeEmpty();
    }

    private static List<string> Started(OmsWorld world) =>
        [.. world.Hosts.SelectMany(h => h.Files.Keys.Where(f => f.EndsWith("/started", StringComparison.Ordinal)))];

    private static List<string> Open(OmsWorld world) =>
        [.. world.Hosts.SelectMany(h => h.Files.Keys.Where(f => f.EndsWith("/started", StringComparison.Ordinal)
            && !h.Files.ContainsKey($"{f[..^8]}/closed".Replace("//", "/", StringComparison.Ordinal))))];
}
