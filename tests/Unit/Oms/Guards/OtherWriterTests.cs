namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// A watchdog, docker compose or a person starts another container that may write to the data of OMS: nothing is
/// started beside it, nothing is restored under it, and it is named. Programs that only read them stop nothing.
/// </summary>
public sealed class OtherWriterTests
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(5);
    private static readonly string[] Dangerous = ["start", "jar", "init", "restore"];
    private static readonly string[] OmsBinds =
    [
        "/data/oms/config.yaml:/home/admin/conf/config.yaml", "/data/oms/logs:/home/admin/logs",
        "/data/oms/store:/home/ds/store", "/data/oms/run:/home/ds/run"
    ];
    private static readonly string[] LinkedBinds =
        [.. OmsBinds.Select(bind => bind.Replace("/data/oms", "/srv/oms", StringComparison.Ordinal))];
    private static readonly Undisturbed Golden = Undisturbed.Run(() => Begin());

    public enum How
    {
        Stays,
        StaysWhileDead,
        Linked,
        Ends,
        EndsWhileDead,
    }

    [Theory]
    [InlineData(How.Stays)]
    [InlineData(How.StaysWhileDead)]
    [InlineData(How.Linked)]
    [InlineData(How.Ends)]
    [InlineData(How.EndsWhileDead)]
    public void Another_container_with_the_data_stops_the_run_at_every_step(How how)
    {
        var isBrief = how is How.Ends or How.EndsWhileDead;
        var from = isBrief
            ? Golden.World.Points.Last(p => p.What.StartsWith("stop oms-", StringComparison.Ordinal)).Number
            : Golden.World.Points.First(p => p.What.StartsWith("status PrepareImage", StringComparison.Ordinal)).Number;
        Cases.Try(Golden.World.Points.Where(p => p.Number > from && Sample.Takes(p.Number, (int)how, 6)), point =>
        {
            var world = Begin();
            world.RunUntil(() => world.Points.Count >= point.Number, point.What);
            Judge(world, Start(world, how), point.What);
        });
    }

    [Fact]
    public void Container_that_a_watchdog_starts_while_the_run_is_held_is_named_and_nothing_is_started_beside_it()
    {
        var world = Begin(s => s with { HoldBefore = ["StartNew"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var other = world.Another("oms-a", "oms_tmp", OmsBinds, policy: new RestartPolicy { Name = "always" });
        other.Start();
        world.RunUntil(() => IsNamed(world), "named");
        var violation = Violation(world, "oms-a");
        violation.Message.ShouldBeWorded();
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("start").ShouldBe(0);

        other.Stop(0);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("snapshot"), world.Count("start")).ShouldBe((2, 2));
        world.Status.ActionRequired.ShouldContain(a => a.Reason == Reasons.TargetChanged && a.Subject == "oms-a"
            && a.Message.Contains("oms_tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Container_of_docker_compose_is_named_with_its_project_and_file()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        world.Another(
            "oms-b", "oms-oms-1", ["/data:/data"], labels: [
                ("com.docker.compose.project", "oms"), ("com.docker.compose.service", "web"),
                ("com.docker.compose.project.config_files", "/opt/oms/`compose`.yml")]).Start();
        world.RunUntil(() => IsNamed(world), "named");

        Violation(world, "oms-b").Message.ShouldBeWorded();
    }

    [Fact]
    public void Run_beside_the_new_version_can_be_accepted_and_another_one_is_asked_again()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("jar") == 1, "the first JAR");
        var other = Start(world, How.Ends);
        world.RunUntil(() => world.Is("Failed"), "stopped");
        world.Status.NextAction.ShouldNotBeNull().ShouldContain(world.AcceptWord("ContainerStaysStopped/oms-b"));
        world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
        world.RunUntil(() => world.Count("jar") == 2, "the second JAR");
        var second = world.Another("oms-b", "oms_two", OmsBinds);
        second.Start();
        world.RunFor(While);
        second.Stop(0);
        world.RunUntil(() => world.Is("Failed"), "stopped again");
        world.Status.Message.ShouldBeWorded();
        (world.Count("restore"), world.Count("init")).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData("exporter", "/data/oms/logs:/logs:ro", false)]
    [InlineData("node-exporter", "/:/host:ro", false)]
    [InlineData("shipper", "/data/oms/logs:/logs", true)]
    [InlineData("agent", "/:/host", true)]
    [InlineData("neighbour", "/data/oms2/logs:/home/admin/logs", false)]
    [InlineData("socket", "/var/run/docker.sock:/var/run/docker.sock", false)]
    public void Programs_beside_OMS_stop_no_upgrade_and_no_rollback(string name, string bind, bool isAsked)
    {
        var world = Begin(apply: false);
        var image = world.Image("1.0", $"registry.example/{name}:1.0");
        world.Another("oms-b", name, [bind], image).Start();
        var leftover = world.Another("oms-b", "oms_310", OmsBinds);
        leftover.Start();
        leftover.Stop(0);
        world.Apply(s => s with
        {
            Preflight = s.Preflight with
            {
                Acknowledge =
                    [.. s.Preflight.Acknowledge, .. isAsked ? [$"DataShared/oms-b/{name}"] : Array.Empty<string>()]
            }
        });
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");

        // docker compose creates it again, and dockerd is restarted.
        var shipper = world["oms-b"].Find(name)!;
        shipper.Stop(0);
        world.Remove(shipper);
        world.Another("oms-b", name, [bind], image, new RestartPolicy { Name = "always" }).Start();
        world.RunFor(TimeSpan.FromSeconds(1));
        world["oms-b"].RestartDockerd();
        world.RunToSuccess();
        world.Plan.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
        world.Count("snapshot").ShouldBe(1);

        RollbackTests.GoBack(world);
        world.Rules.Broken.ShouldBeEmpty();
        world.Status.RollbackPlan!.Guards.ShouldAllBe(g => g.Record.Violations.Count == 0);
    }

    [Fact]
    public void Container_that_may_write_is_a_finding_before_anything_is_changed()
    {
        var world = Begin(apply: false);
        var shipper = world.Another(
            "oms-b", "shipper", ["/data/oms/logs:/logs"], world.Image("1.0", "registry.example/shipper:1.0"));
        shipper.Start();
        world.Apply();
        world.RunToStall();
        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Node, finding.Acknowledge, world.Done.Count)
            .ShouldBe((Reasons.DataShared, "oms-b", "DataShared/oms-b/shipper", 0));
        finding.Message.ShouldBeWorded();

        shipper.Stop(0);
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Status.Findings.ShouldHaveSingleItem("a job may start it again at night");
        world.Remove(shipper);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Acknowledged_container_of_another_image_is_another_one()
    {
        var world = Begin(apply: false);
        var shipper = world.Another(
            "oms-b", "shipper", ["/data/oms:/data"], world.Image("1.0", "registry.example/shipper:1.0"));
        shipper.Start();
        world.Apply(s => s with
        {
            Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, "DataShared/oms-b/shipper"] }
        });
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        shipper.Stop(0);
        world.Remove(shipper);
        world.Another("oms-b", "shipper", ["/data/oms:/data"]).Start();
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "named");
        Violation(world, "oms-b").Message.ShouldBeWorded();
    }

    [Fact]
    public void Rollback_is_not_begun_and_drops_nothing_while_another_container_has_the_data()
    {
        var world = Begin();
        world.RunToSuccess();
        var other = Start(world, How.Linked);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunFor(TimeSpan.FromHours(1));
        (world.Status.RollbackPlan is null, world.Status.Message?.Contains(
            "oms_tmp runs on oms-b", StringComparison.Ordinal)).ShouldBe((true, true));

        other.Stop(0);
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held");
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.Count("snapshot") == 2, "the new version is dumped");
        other.Start();
        world.RunUntil(() => world.ReasonOf("Stalled") == "TargetChanged", "named");
        world.RunFor(TimeSpan.FromHours(1));
        world.Count("restore").ShouldBe(0);
        world.Status.Message.ShouldNotBeNull().ShouldContain("Container oms_tmp");
        world.Metadata.OmsSessions.Clear();
        other.Stop(0);
        world.RunUntil(() => world.Old("oms-b").IsRunning, "the old version is started");
        var shipper = world.Another("oms-b", "shipper", ["/data/oms/logs:/logs"]);
        shipper.Start();
        world.RunToRolledBack();
        world.Status.RollbackPlan!.Guards.Single(g => g.Id == "NewStaysStopped/oms-b").Record.Violations
            .ShouldHaveSingleItem();
        world.Remove(shipper);
        world.Rules.Broken.ShouldBeEmpty();
        RollbackTests.AsBefore(world);
    }

    [Fact]
    public void Guard_of_a_plan_that_looked_for_no_others_sees_the_old_container_only()
    {
        var world = Begin();
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        world.Lives.Remove(world.Life);
        world.Life.Die();
        var plan = world.Plan.Rewritten(p => p with
        {
            Guards = p.Guards.ConvertAll(g => g.Check != nameof(ContainerStaysStopped)
                ? g
                : g with { Measured = g.Measured!.Where(m => m.Key != "readers").ToDictionary() }),
        });

        world.Api.UpdateStatus(world.Upgrade with { Status = world.Status with { Plan = plan } });
        world.Another("oms-b", "shipper", ["/data/oms:/data"]).Start();
        world.Join();
        world.RunToSuccess();
    }

    private static void Judge(OmsWorld world, WorldContainer other, string what)
    {
        var started = other.StartedAt!.Value;
        if (other.IsRunning)
        {
            world.RunUntil(() => world.IsOver || world.ReasonOf("Stalled") == "TargetChanged", $"after {what}");
            Acts(world, started).ShouldBeEmpty(what);
            if (world.IsOver)
            {
                return;
            }

            world.Status.Message.ShouldNotBeNull().ShouldContain("Container oms_tmp", Case.Sensitive, what);
            world.RunFor(TimeSpan.FromHours(1));
            world.Restart();
            world.RunFor(TimeSpan.FromHours(1));
            Acts(world, started).ShouldBeEmpty(what);
            other.Stop(0);
        }

        var ended = other.FinishedAt!.Value;
        world.RunUntil(() => world.IsOver || IsAsked(world), $"after it was stopped, {what}");
        world.Rules.Broken.ShouldBeEmpty(what);
        if (world.IsOver)
        {
            (world.Done.Last(a => a.What == "snapshot").At >= ended || Acts(world, ended).Count == 0)
                .ShouldBeTrue(what);
            return;
        }

        Acts(world, ended).ShouldBeEmpty(what);
        if (!world.Is("Failed"))
        {
            world.Status.Message.ShouldNotBeNull().ShouldContain("OMS is in use again");
            world.Annotate(Annotations.Approve, world.AcceptWord("ContainerStaysStopped/oms-b"));
            world.RunToSuccess();
            return;
        }

        world.RetryOnRestoredData();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty(what);
        world.Count("restore").ShouldBe(1, what);
        world.Status.ActionRequired.ShouldContain(
            a => a.Reason == Reasons.TargetChanged && a.Message.Contains("oms_tmp", StringComparison.Ordinal), what);
    }

    private static List<string> Acts(OmsWorld world, DateTimeOffset since) =>
        [.. world.Done.Where(a => a.By != 0 && a.At > since && Dangerous.Contains(a.What)).Select(a => a.ToString())];

    private static bool IsAsked(OmsWorld world) =>
        world.Status.Plan?.Guards.Exists(g => g.Record.Violations.Exists(v => v is { To: null, Key: not null })) == true
            && world.Is("Stalled");

    private static bool IsNamed(OmsWorld world) =>
        world.Status.Plan?.Guards.Exists(g => g.Record.Violations.Count > 0) == true;

    private static GuardViolation Violation(OmsWorld world, string node) =>
        world.Plan.Guards.Single(g => g.Id == $"ContainerStaysStopped/{node}").Record.Violations[^1];

    private static WorldContainer Start(OmsWorld world, How how)
    {
        world["oms-b"].Links["/srv/oms/logs"] = "/data/oms/logs";
        world["oms-b"].Links["/srv/oms/config.yaml"] = "/data/oms/config.yaml";
        world["oms-b"].Links["/srv/oms/store"] = "/data/oms/store";
        var isDead = how is How.StaysWhileDead or How.EndsWhileDead;
        if (isDead)
        {
            world.Lives.Remove(world.Life);
            world.Life.Die();
        }

        var other = world.Another("oms-b", "oms_tmp", how == How.Linked ? LinkedBinds : OmsBinds);
        other.Start();
        if (isDead)
        {
            world.Time.Advance(While);
        }
        else if (how == How.Ends)
        {
            world.RunFor(While);
        }

        if (how is How.Ends or How.EndsWhileDead)
        {
            other.Stop(0);
        }

        if (isDead)
        {
            world.Join();
        }

        return other;
    }

    private static OmsWorld Begin(Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null, bool apply = true)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true });
        return apply ? world.Apply(change) : world;
    }
}
