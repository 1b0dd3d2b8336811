namespace Drydock.Tests.Unit.Oms;

/// <summary>What differs between versions: waits and programs before docker_init.sh, ha.config, known
/// failures.</summary>
public sealed class VersionTests
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(300);

    private static readonly WorldSetup To429 = new()
    {
        Community = true,
        FromVersion = "4.2.8",
        ToVersion = "4.2.9",
        Nodes = 2,
        NeedsJar = false,
        RealJson = false,
    };

    private static readonly Undisturbed Golden = Undisturbed.Run(() => new OmsWorld(To429).Apply());

    [Fact]
    public void Initialization_of_4_2_9_begins_300_seconds_after_the_start()
    {
        var world = Golden.World;

        (At(world, "init", "oms-a") - world.New("oms-a")!.StartedAt!.Value)
            .ShouldBeInRange(Wait, Wait + TimeSpan.FromSeconds(5));
        world.Step("InitMetadata/oms-a/wait").Receipt!["startedAt"]
            .ShouldBe($"{world.New("oms-a")!.StartedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        world.Plan.Step("InitMetadata/oms-b/wait").ShouldBeNull("docker_init.sh runs on one node");
        world.Plan.Notes.ShouldContain(n => n.Contains("docker_init.sh starts 5m0s after the start"));
        world.Status.ActionRequired.Where(a => a.Reason == Reasons.VersionAdvice).Select(a => a.Subject)
            .ShouldBe(["clear-browser-cache", "is-upgrade-stays"]);
    }

    [Fact]
    public void Restarted_operator_waits_only_the_rest()
    {
        var world = new OmsWorld(To429).Apply();
        world.RunUntil(
            () => world.Status.Plan?.Step("InitMetadata/oms-a/wait") is { State: StepState.Running, Message: not null },
            "it waits");
        world.Step("InitMetadata/oms-a/wait").Message.ShouldBeWorded();
        world.RunFor(Wait / 2);
        world.Restart();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (At(world, "init", "oms-a") - world.New("oms-a")!.StartedAt!.Value)
            .ShouldBeInRange(Wait, Wait + TimeSpan.FromSeconds(35));
    }

    [Fact]
    public void Container_started_again_is_waited_for_anew()
    {
        var world = new OmsWorld(To429).Apply();
        world.RunUntil(
            () => world.Status.Plan?.Step("InitMetadata/oms-a/wait")?.State == StepState.Running, "it waits");
        world.RunFor(Wait / 2);
        world.New("oms-a")!.Stop(1);
        world.New("oms-a")!.Start();
        world.RunUntil(() => world.IsOver || world.Is("Stalled"), "an end");

        world.Is("Succeeded").ShouldBeTrue(world.Describe());
        (At(world, "init", "oms-a") - world.New("oms-a")!.StartedAt!.Value).ShouldBeGreaterThanOrEqualTo(Wait);
    }

    [Fact]
    public void Wait_is_no_part_of_the_timeout_of_its_phase()
    {
        var world = new OmsWorld(To429).Apply(s => s with { Timeouts = s.Timeouts with { InitMetadata = "3m" } });
        world.RunToSuccess();

        world.Count("init").ShouldBe(1);
    }

    [Fact]
    public void Upgrade_killed_before_any_write_or_act_ends_golden() => Everywhere(Fate.DieBefore, way: 0);

    [Fact]
    public void Upgrade_killed_after_any_write_or_act_ends_golden() => Everywhere(Fate.DieAfter, way: 1);

    [Fact]
    public void Programs_run_before_initialization_and_console_is_left_alone()
    {
        var dead = new HashSet<string>(StringComparer.Ordinal) { "nginx", "oms_console" };
        OmsWorld? world = null;
        world = new OmsWorld(To429 with
        {
            FromVersion = "4.2.1",
            ToVersion = "4.2.2",
            ProgramDies = (container, program) => container.Image.Version == "4.2.2" && world!.Count("init") == 0
                && dead.Contains(program) && world.Count("start nginx") == 0,
        }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        At(world, "start nginx", "oms-a").ShouldBeLessThan(At(world, "init", "oms-a"));
        world.Done.Any(a => a.What == "start oms_console" && a.Where == "oms-a").ShouldBeFalse();
    }

    [Theory]
    [InlineData(HighAvailabilityMethod.Sql)]
    [InlineData(HighAvailabilityMethod.Manual)]
    public void Target_without_ha_config_gets_no_EnableHA(HighAvailabilityMethod method)
    {
        var world = new OmsWorld(To429 with { FromVersion = "3.2.2", ToVersion = "3.3.0", HaConfig = null })
            .Apply(s => s with { HighAvailability = s.HighAvailability with { Method = method } });
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Metadata.HaConfig.ShouldBeNull();
        world.Plan.Steps.ShouldNotContain(step => step.Phase == OmsUpgradePhases.EnableHA);
        world.Plan.Notes.ShouldContain(n => n.Contains("3.3.0-ce has no high availability"));
        world.Status.ActionRequired.Single(a => a.Reason == Reasons.HighAvailabilityOff).Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData(null, "rm_340.oms_version does not exist, expected 4.2.8-CE.")]
    [InlineData("", "rm_340.oms_version names no version, expected 4.2.8-CE.")]
    [InlineData("4.1.1-CE", "rm_340.oms_version names 4.1.1-CE, expected 4.2.8-CE.")]
    public void Version_that_docker_init_would_not_find_is_asked_before_the_downtime(string? rows, string says)
    {
        var world = new OmsWorld(To429);
        world.Metadata.Versions = rows?.Split(',', StringSplitOptions.RemoveEmptyEntries).ToList();
        world.Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge, world.Done.Count)
            .ShouldBe((Reasons.VersionMismatch, "VersionMismatch/oms_version", 0));
        finding.Message.ShouldStartWith(says);
        finding.Message.ShouldBeWorded();

        world.Metadata.Versions = ["4.1.1-CE", "4.2.8-CE"];
        world.RunToSuccess();
    }

    [Fact]
    public void Version_table_is_not_asked_for_older_targets()
    {
        var world = new OmsWorld(To429 with { FromVersion = "4.2.3", ToVersion = "4.2.4" });
        world.Metadata.Versions = null;
        world.Apply();
        world.RunToSuccess();
    }

    [Fact]
    public void Derived_path_is_asked_once_and_then_noted()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ToVersion = "4.3.1" }).Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Reason, finding.Acknowledge, finding.Field, world.Done.Count)
            .ShouldBe((Reasons.VersionPathUnsupported, "VersionPathUnsupported/OblogproxyTasks", "spec.toVersion", 0));
        finding.Message.ShouldContain("oblogproxy");

        world.EditSpec(s => s with
        {
            Preflight = s.Preflight with
            {
                Acknowledge = [.. s.Preflight.Acknowledge, "VersionPathUnsupported/OblogproxyTasks"]
            }
        });
        world.RunToSuccess();
        world.Count("jar").ShouldBe(2);
        world.Plan.Notes.ShouldContain(n => n.StartsWith("You acknowledged VersionPathUnsupported/OblogproxyTasks"));
    }

    [Fact]
    public void Administrator_is_told_what_the_new_containers_keep_and_what_SharePlex_needs()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply();
        world.RunToSuccess();

        var advice = world.Status.ActionRequired.Where(a => a.Reason == Reasons.VersionAdvice)
            .ToDictionary(a => a.Subject, a => a.Message);
        advice["is-upgrade-stays"].ShouldBeWorded();
        advice["shareplex-format"].ShouldContain("SharePlex");
    }

    [Fact]
    public void Deployment_by_OBD_is_noted_and_listed_at_the_end()
    {
        var world = new OmsWorld(To429);
        var old = world.Old("oms-b");
        old.Config = old.Config with { Image = "registry.example/oceanbase/oms-ce:4.2.8" };
        world.Apply();
        world.RunToSuccess();

        world.Plan.Notes.ShouldContain(n => n.Contains("oms_322 on oms-b") && n.Contains("OBD"));
        world.Status.ActionRequired.Single(a => a.Subject == "obd").Message.ShouldBeWorded();
        Golden.World.Status.ActionRequired.ShouldNotContain(a => a.Subject == "obd");
    }

    [Theory]
    [InlineData("oms-ce-482913", "registry.example/oms:feature_4.2.8_ce", true)]
    [InlineData("oms_428", "oceanbase/oms-ce:4.2.8", true)]
    [InlineData("oms-48291", "registry.example/oms:feature_4.2.8_ce", false)]
    public void Container_of_OBD_is_recognised_by_name_or_image(string name, string image, bool isObd) =>
        OmsContainers.MayBeOfObd(name, image).ShouldBe(isObd);

    [Fact]
    public void Known_failure_of_docker_init_is_named_with_the_remedy()
    {
        var world = new OmsWorld(
            To429 with { Init = (_, _) => (1, "Version before 4.1.1 is not allowed to upgrade.\n") }).Apply();
        world.RunToStall();

        world.ReasonOf("Failed").ShouldBe(Reasons.MarkerMissing);
        world.Status.Message.ShouldBeWorded();
    }

    private static void Everywhere(Fate fate, int way) =>
        Cases.Try(Golden.World.Points.Where(p => Sample.Takes(p.Number, way, 4)).ToList(), point => Golden.With(
            point.Number, fate));

    private static DateTimeOffset At(OmsWorld world, string what, string where) =>
        world.Done.First(a => a.What == what && a.Where == where).At;
}
