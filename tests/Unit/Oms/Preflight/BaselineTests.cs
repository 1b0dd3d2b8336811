namespace Drydock.Tests.Unit.Oms;

/// <summary>Verify and a rollback compare with the system as it was measured before the downtime.</summary>
public sealed class BaselineTests
{
    [Fact]
    public void Program_that_never_ran_is_not_required_once_acknowledged()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, ProgramDies = (_, program) => program == "sshd" })
            .Apply(s => Acknowledge(s, "ComponentsUnhealthy/oms-a/sshd", "ComponentsUnhealthy/oms-b/sshd"));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Count("start sshd").ShouldBe(0);
        world.Plan.Notes.ShouldContain(
            n => n.StartsWith("You acknowledged ComponentsUnhealthy/oms-b/sshd") && n.Contains("sshd FATAL"));
    }

    [Fact]
    public void Rollback_requires_no_program_that_never_ran()
    {
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            ProgramDies = (_, program) => program == "sshd",
            Jar = (_, _) => (1, "Exception\n")
        })
            .Apply(s => Acknowledge(s, Reasons.ComponentsUnhealthy) with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();

        world.Rules.Broken.ShouldBeEmpty();
        world.BackStep("StartOld/oms-a/programs").State.ShouldBe(StepState.Succeeded);
        world.Count("start sshd").ShouldBe(0);
    }

    [Fact]
    public void Program_unknown_to_the_new_version_is_not_required()
    {
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            Programs = version => version == "3.2.2"
                ? ["nginx", "oms_console", "oms_drc_cm", "oms_drc_supervisor", "sshd", "crond"]
                : ["nginx", "oms_console", "oms_drc_cm", "oms_drc_supervisor"],
        }).Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Step("Verify/oms-a/programs").As<AwaitPrograms>().IfListed.ShouldBe(["crond", "nginx", "sshd"]);
    }

    [Fact]
    public void Program_that_ran_before_must_run_again()
    {
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            Programs = _ => ["nginx", "oms_console", "oms_drc_cm", "oms_drc_supervisor", "sshd", "crond"],
            ProgramDies = (container, program) => program == "crond" && container.Name == OmsWorld.NewName,
        }).Apply();
        world.RunUntil(() => world.Is("Failed"), "it fails");

        world.Status.Message.ShouldNotBeNull().ShouldContain("crond FATAL");
    }

    [Fact]
    public void Decommissioned_host_row_is_not_waited_for()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.HostStatus["192.0.2.217"] = "OFFLINE";
        world.Apply(s => Acknowledge(s, "ComponentsUnhealthy/oms-b/host"));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Step("Verify/hosts").Message.ShouldBeWorded();
    }

    [Fact]
    public void Cgroup_v2_is_asked_for_versions_that_show_such_hosts_as_abnormal()
    {
        const string Word = "ComponentsUnhealthy/oms-b/cgroup";
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world["oms-b"].CgroupVersion = "2";
        world.Apply();
        world.RunToStall();

        var finding = world.Status.Findings.ShouldHaveSingleItem();
        (finding.Node, finding.Acknowledge, world.Done.Count).ShouldBe(("oms-b", Word, 0));
        finding.Message.ShouldContain("cgroup v2");
        world.EditSpec(
            s => s with { Preflight = s.Preflight with { Acknowledge = [.. s.Preflight.Acknowledge, Word] } });
        world.RunToSuccess();
    }

    [Fact]
    public void Cgroup_v2_is_not_asked_for_newer_versions()
    {
        var world = new OmsWorld(new WorldSetup
        {
            RealJson = false,
            Community = true,
            FromVersion = "4.2.9",
            ToVersion = "4.2.11",
            NeedsJar = false
        });
        world.Hosts.ForEach(h => h.CgroupVersion = "2");
        world.Apply();
        world.RunToSuccess();
    }

    [Theory]
    [InlineData(8)]
    [InlineData(-8)]
    public void Heartbeats_of_another_time_zone_are_compared_with_their_usual_age(int hours)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.BeatOffset = TimeSpan.FromHours(hours);
        world.Metadata.BeatPeriod = TimeSpan.FromSeconds(10);
        world.Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        Before(world).ShouldBe([new HostBaseline("192.0.2.216", UsualAge: hours * 3600), new HostBaseline(
            "192.0.2.217", UsualAge: hours * 3600)]);
        world.Plan.Notes.ShouldContain(n => n.Contains("in another time zone"));
    }

    [Fact]
    public void Lost_heartbeat_of_another_time_zone_is_noticed()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.BeatOffset = TimeSpan.FromHours(-8);
        world.Metadata.BeatPeriod = TimeSpan.FromSeconds(10);
        world.Apply();
        world.RunUntil(() => world.Count("jar") == 1, "the JAR");
        world.Metadata.AreBeatsLost = true;
        world.RunUntil(() => world.Is("Failed"), "it fails");

        world.ReasonOf("Failed").ShouldBe("StepTimeout");
        world.Status.Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData(40)]
    [InlineData(100)]
    public void Heartbeats_may_come_seldom(int seconds)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, Nodes = 3 });
        world.Metadata.BeatPeriod = TimeSpan.FromSeconds(seconds);
        world.Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Missing_heartbeats_that_are_acknowledged_fail_nothing_later()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.AreBeatsLost = true;
        world.Metadata.LastBeat["192.0.2.216"] = world.Metadata.LastBeat["192.0.2.217"] =
            world.Time.GetUtcNow() - TimeSpan.FromMinutes(5);
        world.Apply(s => Acknowledge(s, "ComponentsUnhealthy/oms-a/heartbeat", "ComponentsUnhealthy/oms-b/heartbeat"));
        world.RunToSuccess();

        Before(world).ShouldAllBe(h => !h.Beats && h.Online);
    }

    [Fact]
    public void Unreadable_hosts_that_are_acknowledged_fail_nothing_later()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.HostsProblem = "Reading the hosts in cm_340: unknown column 'host_status'.";
        world.Apply(s => Acknowledge(s, Reasons.HostsUnknown));
        world.RunToSuccess();

        Before(world).ShouldAllBe(h => h.Beats && !h.Online);
    }

    [Fact]
    public void Clock_skew_can_be_acknowledged()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world["oms-b"].ClockOffset = TimeSpan.FromMinutes(9);
        world.Apply(s => Acknowledge(s, "ClockSkew/oms-b"));
        world.RunToSuccess();

        world.Plan.Notes.ShouldContain(n => n.StartsWith("You acknowledged ClockSkew/oms-b"));
    }

    [Fact]
    public void Unknown_high_availability_is_off_if_acknowledged()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, HaConfig = null }).Apply(
            s => Acknowledge(s, Reasons.HighAvailabilityUnknown));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        world.Plan.Steps.ShouldNotContain(s => s.Phase == OmsUpgradePhases.DisableHA);
    }

    [Fact]
    public void Unknown_high_availability_is_a_note_with_the_manual_method()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, HaConfig = null })
            .Apply(s => s with
            {
                Approval = ApprovalPolicy.Manual,
                HighAvailability = new HighAvailabilitySpec { Method = HighAvailabilityMethod.Manual }
            });
        world.RunUntil(() => world.HasPlan, "planned");

        world.Plan.Notes.ShouldContain(n => n.Contains("whether it is on is not known"));
    }

    private static List<HostBaseline> Before(OmsWorld world) =>
        world.Step("Verify/hosts").As<AwaitHostsOnline>().Before.ShouldNotBeNull();

    private static OmsUpgradeSpec Acknowledge(OmsUpgradeSpec spec, params string[] words) =>
        spec with { Preflight = spec.Preflight with { Acknowledge = [.. spec.Preflight.Acknowledge, .. words] } };
}
