using Drydock.Abstractions.Plans;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>rollbackPolicy: OnFailure.</summary>
public sealed class OnFailureTests
{
    [Fact]
    public void A_failed_JAR_takes_the_way_back_by_itself_and_it_stays_so_whatever_Git_applies_until_a_new_token()
    {
        var fails = true;
        var world = new OmsWorld(new WorldSetup { Jar = (_, _) => fails ? (1, "Exception\n") : (0, "") }).Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();

        RollbackTests.AsBefore(world);
        (world.Status.Phase, world.Is("Ready"), world.Is("Stalled"), world.Is("Failed"), world.Is("RolledBack")).ShouldBe(("RolledBack", false, true, true, true));
        (world.ReasonOf("Stalled"), world.ReasonOf("Failed"), world.ReasonOf("RolledBack")).ShouldBe(("RolledBackAfterFailure", "RolledBackAfterFailure", "RolledBackAfterFailure"));
        world.Status.Message.ShouldNotBeNull().ShouldContain("CorrectMetadata/oms-a/jar");
        RollbackTests.Inert(world);
        world.Count("jar").ShouldBe(1);

        fails = false;
        world.Annotate(Annotations.Retry, "repaired");
        world.RunUntil(() => !world.Is("RolledBack"), "it begins again");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init")).ShouldBe((3, 1));
        world.Status.Attempts.ShouldHaveSingleItem().Reason.ShouldBe("RolledBackAfterFailure");
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void An_outcome_that_cannot_be_known_goes_back_too(string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Count(kind) == 1, kind);
        world.RunFor(TimeSpan.FromSeconds(5));
        world["oms-a"].RestartDockerd();
        world.RunToRolledBack();

        RollbackTests.AsBefore(world);
        world.Count(kind).ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void A_host_that_only_cannot_be_read_for_a_while_is_no_failure(string kind)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Count(kind) == 1, kind);
        world["oms-a"].Cut(off: true);
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "unreadable");
        world.RunFor(TimeSpan.FromMinutes(20));
        world.Status.RollbackPlan.ShouldBeNull();

        world["oms-a"].Cut(off: false);
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Count("restore")).ShouldBe((2, 1, 0));
    }

    [Fact]
    public void A_dump_that_fails_for_good_starts_the_old_containers_again_without_a_restore()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        for (var i = 0; i < 3; i++)
        {
            world.Snapshots.Failures.Enqueue("no trailer");
        }

        world.RunToRolledBack();
        RollbackTests.AsBefore(world);
        (world.Count("restore"), world.Metadata.HeartbeatRows["cm_hb_340"]).ShouldBe((0, 1));
        world.Status.RollbackPlan!.Notes.ShouldContain(n => n.Contains("heatbeat_sequence"));
    }

    [Fact]
    public void A_failure_before_any_change_waits_for_a_person()
    {
        var world = new OmsWorld(new WorldSetup { ImageInRegistry = true, RealJson = false }).Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure, HoldBefore = ["PrepareImage"] });
        world.RunUntil(() => world.Is("Held"), "held");
        world.Registry.Clear();
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.RunFor(TimeSpan.FromHours(1));

        world.Is("RolledBack").ShouldBe(world.Plan.Steps.Exists(s => s.Action == "PrepareImage" && s.Attempt > 0), "an image that may have been pulled is taken away again");
    }

    [Fact]
    public void Somebody_changing_the_target_is_no_failure()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, PeopleMayStartOld = true }).Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Count("snapshot") == 1, "the dump");
        world.Old("oms-b").Start();
        world.RunToStall();
        world.RunFor(TimeSpan.FromHours(1));

        (world.ReasonOf("Stalled"), world.Status.RollbackPlan is null).ShouldBe(("TargetChanged", true));
    }

    [Fact]
    public void A_person_who_is_slow_to_switch_high_availability_on_is_no_failure()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false })
            .Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure, HighAvailability = s.HighAvailability with { Method = HighAvailabilityMethod.Manual } });
        world.RunUntil(() => world.Is("Held"), "held before the downtime");
        world.RunFor(TimeSpan.FromHours(1));
        world.Metadata.HaConfig = """{"enable":false}""";
        world.RunUntil(() => world.Count("jar") == 2 && world.Is("Held"), "held after it");
        world.RunFor(TimeSpan.FromHours(1));

        (world.ReasonOf("Held"), world.Is("Failed"), world.Status.RollbackPlan is null).ShouldBe(("AwaitingManualChange", false, true));
        world.Metadata.HaConfig = """{"enable":true,"perceiveStoreClientCheckpoint":true}""";
        world.RunToSuccess();
    }

    [Fact]
    public void Without_a_way_back_it_names_the_way_out_that_is_left()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false, Jar = RollbackTests.FailingJar }).Apply(s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunUntil(() => world.Count("jar") == 1, "the JAR");
        world["oms-b"].Containers.Remove(world.Old("oms-b"));
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackUnavailable", "unavailable");
        world.Status.Message.ShouldNotBeNull().ShouldContain($"{Annotations.OnDelete}={Annotations.Abandon}");

        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");
    }

    [Fact]
    public void Its_target_is_free_for_others_at_the_end()
    {
        var world = RollbackTests.Failed(change: s => s with { RollbackPolicy = RollbackPolicy.OnFailure });
        world.RunToRolledBack();
        world.Api.All<V1Lease>().ShouldBeEmpty();
        world.Status.Plan!.Steps.ShouldContain(s => s.State == StepState.Failed, "what failed can still be read");
    }
}
