namespace Drydock.Tests.Unit.Oms;

/// <summary>People and programs against the looks and guards of an upgrade, in combination.</summary>
public sealed class PeopleAtNightTests
{
    private static readonly string[] OmsBinds =
    [
        "/data/oms/config.yaml:/home/admin/conf/config.yaml", "/data/oms/logs:/home/admin/logs",
        "/data/oms/store:/home/ds/store", "/data/oms/run:/home/ds/run"
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Container_that_was_seen_running_and_removed_itself_is_not_forgotten(bool afterStart)
    {
        var world = Begin();
        if (afterStart)
        {
            world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        }
        else
        {
            world.EditSpec(s => s with { HoldBefore = ["StartNew"] });
            world.RunUntil(() => world.Is("Held"), "held");
        }

        var other = world.Another("oms-b", "oms_tmp", OmsBinds);
        other.Start();
        world.RunFor(TimeSpan.FromSeconds(20));
        var seen = Violations(world);
        other.Stop(0);
        world.Remove(other);
        world.RunFor(TimeSpan.FromMinutes(1));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.IsOver || world.Is("Failed"), "over", TimeSpan.FromHours(2));
        (seen.Contains("oms_tmp", StringComparison.Ordinal), afterStart
            ? world.Is("Failed") && world.Status.Message!.Contains(
                "Container oms_tmp on oms-b was seen running", StringComparison.Ordinal)
            : world.Count("snapshot") == 2).ShouldBe(
            (true, true), $"{seen}\n{Say(world)} over {world.IsOver} snapshots {world.Count("snapshot")} broken "
                + $"{world.Rules.Broken.Count} {string.Join("; ", world.Rules.Broken)} actions "
                + $"{string.Join("; ", world.Status.ActionRequired.Select(a => a.Message))}");
    }

    [Fact]
    public void Names_that_were_changed_in_the_downtime_are_given_back_also_if_the_backup_was_repeated()
    {
        var world = Begin(s => s with
        {
            HoldBefore = ["StopOld"],
            Preflight = s.Preflight with { DuplicateProjectNames = DuplicateNamePolicy.Rename }
        });
        world.RunUntil(() => world.Is("Held"), "held");
        world.InTheDowntime(() => world.EditSpec(s => s with { HoldBefore = ["StartNew"] }), () => world.Share());
        world.RunUntil(() => world.Is("Held"), "held");
        world.Metadata.Projects.Count(p => p.Name == "shared").ShouldBe(1);

        var other = world.Another("oms-b", "oms_tmp", OmsBinds);
        other.Start();
        world.RunFor(TimeSpan.FromSeconds(5));
        other.Stop(0);
        world.RunFor(TimeSpan.FromMinutes(10));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunToSuccess();
        var listed = world.Status.RenamedProjects.Count;
        RollbackTests.GoBack(world);
        (listed, world.Metadata.Projects.Count(p => p.Name == "shared"), world.Count("snapshot"))
            .ShouldBe((1, 2, 3), "listed, names given back, snapshots");
    }

    [Fact]
    public void Another_server_found_before_the_dump_is_undone_by_an_abort()
    {
        var world = Held("Backup");
        world.Metadata.Identity = "uuid:other";
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "stopped");
        var said = Say(world);
        world.Annotate(Annotations.Abort, "1");
        world.RunFor(TimeSpan.FromHours(1));
        (said.Contains(Annotations.Abort, StringComparison.Ordinal), world.Hosts.All(h => world.Old(h.Name).IsRunning))
            .ShouldBe((true, true), $"{said}\n{Say(world)}");
    }

    [Fact]
    public void Long_hold_before_the_stop_is_followed_by_a_look()
    {
        var world = Held("StopOld");
        world.RunFor(TimeSpan.FromHours(8));
        world.Metadata.IsReadOnly = true;
        world.Approve("StopOld");
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("stop").ShouldBe(0, Say(world));
    }

    // `docker container prune` removes every stopped container.
    [Fact]
    public void Prune_in_the_downtime_that_takes_the_old_container_too_says_what_to_do()
    {
        var world = Held("StartNew");
        world.Remove(world.Old("oms-b"));
        world.Remove(world.New("oms-b")!);
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Stalled"), "stopped");
        world.RunFor(TimeSpan.FromMinutes(2));
        world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
        world.RunFor(TimeSpan.FromMinutes(10));

        world.Status.Message.ShouldBeWorded();
        world.Status.Message.ShouldNotContain("OMS still runs");
        world.Count("start").ShouldBe(0);
    }

    [Fact]
    public void Backup_agent_that_is_stopped_by_day_is_asked_about()
    {
        var world = Begin(apply: false);
        var agent = world.Another(
            "oms-b", "nightly", ["/data:/data"], world.Image("1.0", "registry.example/backup:1.0"));
        agent.Start();
        agent.Stop(0);
        world.Apply(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, "DataShared/oms-b/nightly"] }
        });
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        world.Plan.Notes.ShouldContain(n => n.Contains("Container nightly", StringComparison.Ordinal));
        agent.Start();
        world.RunFor(TimeSpan.FromSeconds(5));
        agent.Stop(0);
        world.RunToSuccess();
    }

    [Fact]
    public void Replica_that_OMS_is_to_use_can_be_accepted()
    {
        var world = Held("StartNew");
        world.Metadata.IsReplica = true;
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "stopped");
        world.Status.Message.ShouldBeWorded();
        world.Annotate(Annotations.Approve, world.AcceptWord("MetadataServerStays"));
        world.RunToSuccess();
    }

    [Theory]
    [InlineData("StopOld")]
    [InlineData("StartNew")]
    public void Plan_of_a_former_operator_creates_a_pruned_container_before_it_goes_on(string hold)
    {
        var world = Held(hold);
        world.Lives.Remove(world.Life);
        world.Life.Die();
        var plan = world.Plan;
        var steps = plan.Plan.Steps.ConvertAll(s => s.Phase is "StopOld" or "StartNew"
            ? s with { After = [.. s.After.Where(a => !a.StartsWith("PrepareImage/", StringComparison.Ordinal))] }
            : s);
        world.Api.UpdateStatus(world.Upgrade with
        {
            Status = world.Status with
            {
                Plan = plan.With(plan.Plan with
                {
                    Steps = steps,
                    Guards = plan.Plan.Guards.RemoveAll(g => g.Check == "MetadataServerStays")
                })
            }
        });
        world.Remove(world.New("oms-b")!);
        world.EditSpec(s => s with { HoldBefore = [] });
        world.Join();
        world.RunUntil(() => world.IsOver || world.Is("Failed"), "over", TimeSpan.FromHours(2));
        var acts = world.Done.ConvertAll(a => a.ToString());
        (world.IsOver, hold == "StartNew" || acts.IndexOf("stop oms-a") > acts.LastIndexOf("create oms-b")).ShouldBe(
            (true, true), $"{string.Join(", ", acts)}\n{Say(world)}\n{string.Join("; ", world.Rules.Broken)}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prune_during_a_redo_does_not_stick(bool both)
    {
        var calls = 0;
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            PeopleMayStartOld = true,
            Jar = (_, _) => ++calls == 1 ? (3, "failed\n") : (0, "corrected\n")
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.EditSpec(s => s with { HoldBefore = ["StartNew"] });
        world.RetryOnRestoredData();
        world.RunUntil(() => world.Count("restore") == 1 && world.Is("Held"), "restored");
        world.Remove(world.New("oms-b")!);
        if (both)
        {
            world.Remove(world.New("oms-a")!);
        }

        world.RunFor(TimeSpan.FromMinutes(5));
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.IsOver || world.Is("Failed"), "over", TimeSpan.FromHours(2));
        world.IsOver.ShouldBeTrue(Say(world));
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Failed_names_are_rolled_back_by_the_policy_and_started_again()
    {
        var world = Begin(s => s with { HoldBefore = ["StopOld"], RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Is("Held"), "held");
        world.InTheDowntime(() => world.EditSpec(s => s with { HoldBefore = [] }), () => world.Share());
        world.RunUntil(
            () => world.Status.RollbackPlan is { } back && PlanProgressDone(back), "undone", TimeSpan.FromHours(2));
        world.Hosts.ShouldAllBe(h => world.Old(h.Name).IsRunning);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("StartNew")]
    [InlineData("DisableHA")]
    public void Hold_that_is_removed_from_the_spec_is_followed_by_a_look(string hold)
    {
        var world = Held("DisableHA");
        world.Metadata.HostStatus["192.0.2.217"] = "OFFLINE";
        if (hold == "StartNew")
        {
            world.RunFor(TimeSpan.FromMinutes(11));
        }

        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed") || world.Count("stop") > 0, "stopped");
        world.Count("stop").ShouldBe(0, world.Step("DisableHA/look").Message);
    }

    [Fact]
    public void Remedy_for_shared_names_that_the_JAR_found_succeeds()
    {
        var calls = 0;
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            Jar = (_, _) => ++calls == 1
                ? (1, "ERROR duplicate project names: orders x2\ncorrection upgrade failed\n")
                : (0, "corrected\n")
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Annotate(Annotations.Hold, "StartNew");
        world.RetryOnRestoredData();
        world.RunUntil(() => world.Is("Held"), "held");
        var (restores, starts, say) = (world.Count("restore"), world.Count("start"), Say(world));
        (restores, starts).ShouldBe((1, 2), say);
        world.Share("apart");
        world.Approve("StartNew");
        world.RunUntil(() => world.IsOver || world.Is("Failed"), "over", TimeSpan.FromHours(2));
        world.IsOver.ShouldBeTrue($"{say}\n{Say(world)}");
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Abort_after_failed_names_starts_OMS_also_if_they_are_put_right_at_the_same_time(
        bool isDead, bool abortsFirst)
    {
        var world = NamesFailed();
        if (isDead)
        {
            world.Lives.Remove(world.Life);
            world.Life.Die();
        }

        if (abortsFirst)
        {
            world.Annotate(Annotations.Abort, "1");
            world.Share("apart");
        }
        else
        {
            world.Share("apart");
            world.Annotate(Annotations.Abort, "1");
        }

        if (isDead)
        {
            world.Join();
        }

        world.RunFor(TimeSpan.FromHours(1));
        (world.IsOver || world.Hosts.TrueForAll(h => world.Old(h.Name).IsRunning)).ShouldBeTrue(Say(world));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Deletion_after_failed_names_can_be_aborted(bool abortsFirst)
    {
        var world = NamesFailed();
        if (abortsFirst)
        {
            world.Annotate(Annotations.Abort, "1");
            world.Delete();
        }
        else
        {
            world.Delete();
            world.RunFor(TimeSpan.FromMinutes(10));
            world.Annotate(Annotations.Abort, "1");
        }

        world.RunFor(TimeSpan.FromHours(1));
        (world.IsGone(), world.Hosts.TrueForAll(h => world.Old(h.Name).IsRunning))
            .ShouldBe((true, true), world.IsGone() ? "gone" : Say(world));
    }

    [Fact]
    public void Abort_after_failed_names_works_while_paused_and_with_the_names_of_a_lagging_copy()
    {
        var world = NamesFailed();
        world.EditSpec(s => s with { Paused = true });
        world.Annotate(Annotations.Abort, "1");
        world.RunFor(TimeSpan.FromHours(1));
        var say = Say(world);
        world.EditSpec(s => s with { Paused = false });
        world.RunFor(TimeSpan.FromHours(1));
        world.Hosts.TrueForAll(h => world.Old(h.Name).IsRunning).ShouldBeTrue($"{say}\n{Say(world)}");
    }

    private static OmsWorld NamesFailed()
    {
        var world = Begin(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.InTheDowntime(() => world.EditSpec(s => s with { HoldBefore = [] }), () => world.Share());
        world.RunUntil(() => world.Is("Failed"), "failed");
        return world;
    }

    [Theory]
    [InlineData(100)]
    [InlineData(400)]
    public void Many_names_that_came_in_the_downtime_are_renamed(int number)
    {
        var world = Begin(s => s with
        {
            HoldBefore = ["StopOld"],
            Preflight = s.Preflight with { DuplicateProjectNames = DuplicateNamePolicy.Rename }
        });
        world.RunUntil(() => world.Is("Held"), "held");
        world.InTheDowntime(() => world.EditSpec(s => s with { HoldBefore = [] }), () =>
        {
            for (var i = 0; i < number; i++)
            {
                world.Metadata.Projects.Add(world.Metadata.Projects[0] with
                {
                    Id = $"new-project-with-a-long-identifier-{i}",
                    Name = "shared"
                });
            }
        });
        world.RunUntil(() => world.IsOver || world.Is("Failed"), "over", TimeSpan.FromHours(2));
        if (number > 100)
        {
            // More than a receipt holds.
            (world.ReasonOf("Stalled"), world.Count("rename")).ShouldBe((Reasons.DuplicateProjectNames, 0));
            world.Annotate(Annotations.Abort, "1");
            world.RunUntil(() => world.Status.RollbackPlan is { } back && PlanProgressDone(back), "undone");
            world.EditSpec(s => s with { HoldBefore = [] });
            world.Retry();
        }

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static bool PlanProgressDone(PlanProgress plan) =>
        plan.Steps.TrueForAll(s => s.State == StepState.Succeeded);

    private static string Violations(OmsWorld world) =>
        string.Join('\n', world.Plan.Guards.SelectMany(
            g => g.Record.Violations.Select(v => $"{g.Id}: {v.Message} [{v.Check}] to {v.To}")));

    private static string Say(OmsWorld world) =>
        $"{world.Status.Phase} {world.ReasonOf("Stalled")} {world.Status.Step}: {world.Status.Message}\n  next: "
        + $"{world.Status.NextAction}\n  rollback: {world.Status.RollbackPlan is not null}";

    private static OmsWorld Held(string hold)
    {
        var world = Begin(s => s with { HoldBefore = [hold] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    private static OmsWorld Begin(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null, bool apply = true)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true });
        return apply ? world.Apply(change) : world;
    }
}
