namespace Drydock.Tests.Unit.Oms;

/// <summary>Enterprise beside the main road: from 4.0.1 on, below 3.2.1, and what preflight says of each.</summary>
public sealed class EnterpriseTests
{
    [Theory]
    [InlineData("4.0.1")]
    [InlineData("4.1.1")]
    public void Source_from_4_0_1_runs_neither_JAR_nor_rename(string from)
    {
        var world = new OmsWorld(new WorldSetup { FromVersion = from, NeedsJar = false, RealJson = false });
        world.Metadata.Projects.Add(world.Metadata.Projects[0] with { Id = "np_9" });
        world.Metadata.Cascades.Add(new CascadedWriter("7", "id=1"));
        world.Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("rename")).ShouldBe((0, 1, 0));
        world.IsPast("CorrectMetadata").ShouldBeFalse("the plan has no such phase");
        world.New("oms-a")!.IsUpgrade.ShouldBeTrue();
        world.Status.Projects?.List.ShouldBeNull();
    }

    [Fact]
    public void Source_below_3_2_1_stalls_and_names_intermediate_version()
    {
        var world = new OmsWorld(new WorldSetup { FromVersion = "3.2.0", RealJson = false }).Apply();
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.VersionPathUnsupported);
        world.Status.Message.ShouldBeWorded();
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void Source_from_3_3_needs_no_dbType_acknowledgement()
    {
        var world = new OmsWorld(new WorldSetup { FromVersion = "3.3.1", RealJson = false }).Apply(
            s => s with { Preflight = new PreflightSpec { Acknowledge = [Reasons.ForwardSwitchoverUnknown] } });
        world.RunToSuccess();

        world.Plan.Steps.Count(s => s.Is<RunCorrectionJar>()).ShouldBe(2);
    }

    [Fact]
    public void Unsupported_path_hides_no_other_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.IsReadOnly = true;
        world["oms-b"].ClockOffset = TimeSpan.FromHours(1);
        world.Archives.Files.Clear();
        world.Apply(s => s with { ToVersion = "3.0.0" });
        world.RunToStall();

        world.Status.Findings.Select(f => f.Reason).Distinct(StringComparer.Ordinal).ShouldBe(
            [Reasons.VersionPathUnsupported, Reasons.AccessDenied, Reasons.ClockSkew, Reasons.ImageArchiveUnreadable],
            ignoreOrder: true);
    }

    [Fact]
    public void Unreachable_host_hides_no_metadata_database_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world["oms-b"].Cut(off: true);
        world.Metadata.IsReadOnly = true;
        world.BackupStorage.Free = 1;
        world.Apply();
        world.RunToStall();

        world.Status.Findings.Select(f => f.Reason)
            .ShouldBe([Reasons.AccessDenied, Reasons.NoSpace, Reasons.HostUnreachable], ignoreOrder: true);
    }

    [Fact]
    public void Missing_privilege_that_hides_objects_is_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.Grants.Add("REVOKE TRIGGER ON `rm_340`.* FROM `drc`@`%`");
        world.Apply();
        world.RunUntil(() => world.Is("Stalled") || world.IsOver, "an end");

        world.Status.Findings.ShouldContain(f => f.Reason == Reasons.AccessDenied);
    }
}
