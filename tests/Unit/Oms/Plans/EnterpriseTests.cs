using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>Enterprise beside the main road: from 4.0.1 on, below 3.2.1, and what preflight says of each.</summary>
public sealed class EnterpriseTests
{
    [Theory]
    [InlineData("4.0.1")]
    [InlineData("4.1.1")]
    public void From_4_0_1_on_there_is_no_JAR_and_no_project_table_is_read(string from)
    {
        var world = new OmsWorld(new WorldSetup { FromVersion = from, NeedsJar = false, RealJson = false });
        world.Metadata.Projects.Add(world.Metadata.Projects[0] with { Id = "np_9" });
        world.Metadata.Cascades.Add(new CascadedWriter("7", "id=1"));
        world.Apply();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("rename")).ShouldBe((0, 1, 0));
        world.ReasonOf("MetadataCorrected").ShouldBe(Reasons.NotNeeded);
        world.New("oms-a")!.IsUpgrade.ShouldBeTrue();
        world.Status.Projects?.Items.ShouldBeEmpty();
    }

    [Fact]
    public void Below_3_2_1_the_way_through_3_2_1_is_named()
    {
        var world = new OmsWorld(new WorldSetup { FromVersion = "3.2.0", RealJson = false }).Apply();
        world.RunToStall();

        world.ReasonOf("Stalled").ShouldBe(Reasons.VersionPathUnsupported);
        world.Status.Message.ShouldNotBeNull().ShouldContain("upgrade to 3.2.1 first, then go 3.2.1 → 4.2.2-bp1");
        world.Done.ShouldBeEmpty();
    }

    [Fact]
    public void From_3_3_on_nobody_has_to_vouch_for_dbType()
    {
        var world = new OmsWorld(new WorldSetup { FromVersion = "3.3.1", RealJson = false }).Apply(s => s with { Preflight = new PreflightSpec { Acknowledge = [Acknowledgement.NoForwardSwitchover] } });
        world.RunToSuccess();

        world.Plan.Steps.Count(s => s.Is<RunCorrectionJar>()).ShouldBe(2);
    }

    [Fact]
    public void A_path_that_does_not_exist_hides_no_other_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.IsReadOnly = true;
        world["oms-b"].ClockOffset = TimeSpan.FromHours(1);
        world.Archives.Files.Clear();
        world.Apply(s => s with { ToVersion = "3.0.0" });
        world.RunToStall();

        world.Status.Findings.Select(f => f.Reason).Distinct(StringComparer.Ordinal).ShouldBe(
            [Reasons.VersionPathUnsupported, Reasons.AccessDenied, Reasons.ClockSkew, Reasons.ImageArchiveUnreadable], ignoreOrder: true);
    }

    [Fact]
    public void A_host_that_cannot_be_reached_hides_nothing_of_the_metadata_database()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world["oms-b"].Cut(off: true);
        world.Metadata.IsReadOnly = true;
        world.BackupStorage.Free = 1;
        world.Apply();
        world.RunToStall();

        world.Status.Findings.Select(f => f.Reason).ShouldBe([Reasons.AccessDenied, Reasons.NoSpace, Reasons.HostUnreachable], ignoreOrder: true);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_privilege_without_which_objects_stay_unseen_is_needed_and_one_that_is_merely_handy_is_not(
        bool showsObjects, bool found)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Metadata.MissingPrivileges.Add(new MissingPrivilege(showsObjects ? "TRIGGER" : "LOCK TABLES", "rm_340", "dumping", Required: false, "GRANT it on rm_340.* to the account, please") { ShowsObjects = showsObjects });
        world.Apply();
        world.RunUntil(() => world.Is("Stalled") || world.IsOver, "an end");

        world.Status.Findings.Exists(f => f.Reason == Reasons.AccessDenied).ShouldBe(found);
    }
}
