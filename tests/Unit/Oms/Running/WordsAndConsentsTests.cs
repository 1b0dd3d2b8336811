using Drydock.Crds.BackupSnapshots;

namespace Drydock.Tests.Unit.Oms;

/// <summary>A word counts once, for the one direction that it was given for; a consent and a message say what it
/// is.</summary>
public sealed class WordsAndConsentsTests
{
    [Fact]
    public void Rollback_is_not_possible_once_the_old_containers_are_removed()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();
        world.Status.Rollback!.Possible.ShouldBeTrue();
        world.RemoveOldContainers();
        world.RunUntil(() => world.Status.CleanupPlan is not null && world.IsOver && world.Is("Ready"), "clean");

        world.Old("oms-a").ShouldBeNull();
        world.Status.Rollback!.Possible.ShouldBeFalse(world.Status.Rollback.Cost);
    }

    [Fact]
    public void Words_in_Git_do_not_count_for_an_object_that_is_made_again()
    {
        var world = new OmsWorld().Apply(s => s with { Approval = ApprovalPolicy.Manual, HoldBefore = null });
        world.RunUntil(() => world.Is("Held"), "the plan");
        string[] words = [world.PlanWord, world.WordFor("FirstChange")];
        world.EditSpec(s => s with { Approvals = [.. words] });
        world.RunUntil(() => world.Plan.Steps.Exists(s => s.Phase == "DisableHA" && s.HasEverBegun), "begun");
        var git = world.Upgrade.Spec;

        // Somebody stops it: everything is undone. The tool applies Git again.
        world.Delete();
        world.RunUntil(() => world.IsGone(), "gone");
        var done = world.Done.Count;
        world.Apply(_ => git);
        world.RunFor(TimeSpan.FromHours(3));

        world.Status.Approvals.ShouldAllBe(a => !a.Accepted);
        world.Done.Skip(done).Where(a => a.By != 0).ShouldBeEmpty(world.Status.Message);
    }

    [Fact]
    public void Consent_to_the_first_change_tells_that_consoles_go_down_and_high_availability_is_off()
    {
        var world = new OmsWorld().Apply(
            s => s with { Approval = ApprovalPolicy.Manual, HoldBefore = ["DisableHA", "StopOld"] });
        world.RunUntil(() => world.Is("Held"), "the plan");
        world.Annotate(Annotations.Approve, world.PlanWord);
        world.RunUntil(() => world.Status.Holds is [{ Name: "DisableHA" }], "held");
        var told = world.Status.Holds.Single().Consent.ShouldNotBeNull();
        var steps = world.Plan.Steps.Where(s => s.Phase == "DisableHA").Select(s => s.Id).ToList();
        steps.ShouldContain(id => id.EndsWith("/restart-console", StringComparison.Ordinal));
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(() => world.Status.Holds is [{ Name: "StopOld" }], "held again");
        world.Status.System!.State.ShouldBe(SystemState.UpWithoutHA);

        told.ToLowerInvariant().ShouldContain("high availability");
        told.ToLowerInvariant().ShouldContain("console");
    }

    [Fact]
    public void Acceptance_given_while_a_rollback_is_wanted_never_counts()
    {
        var world = new OmsWorld(new WorldSetup { Init = (_, _) => (0, "nothing\n") }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Step("InitMetadata/oms-a").Acceptable.ShouldBeTrue();
        var snapshot = Unverify(world);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "unavailable");
        var word = world.AcceptWord("InitMetadata/oms-a");
        world.Annotate(Annotations.Approve, word);
        world.RunFor(TimeSpan.FromMinutes(10));
        var recorded = world.Status.Approvals.Count;
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunFor(TimeSpan.FromHours(1));
        Verify(world, snapshot);
        world.RunFor(TimeSpan.FromHours(1));

        world.Step("InitMetadata/oms-a").Accepted.ShouldBeNull($"recorded {recorded}: {world.Status.Message}");
    }

    [Fact]
    public void Retry_given_while_a_rollback_is_wanted_drops_nothing_later()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count("init") == 1, "init");
        world.New("oms-a")!.Stop();
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.OutcomeUnknown, "lost");
        var snapshot = Unverify(world);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.RollbackUnavailable, "unavailable");
        world.RetryOnRestoredData();
        world.RunFor(TimeSpan.FromMinutes(30));
        var ignored = world.Status.UsedTokens.Count;
        world.EditSpec(s => s with { DesiredState = DesiredState.Upgraded });
        world.RunFor(TimeSpan.FromSeconds(5));
        Verify(world, snapshot);
        world.RunFor(TimeSpan.FromHours(1));

        world.Restores.Loads.Count.ShouldBe(0, $"recorded {ignored}: {world.Status.Message}");
    }

    private static BackupSnapshot Unverify(OmsWorld world)
    {
        var name = world.Status.SnapshotRef!.Name;
        var snapshot = world.Api.All<BackupSnapshot>().Single(b => b.Metadata.Name == name);
        world.Api.UpdateStatus(snapshot with { Status = snapshot.Status! with { Verified = null } });
        return snapshot;
    }

    private static void Verify(OmsWorld world, BackupSnapshot before)
    {
        var now = world.Api.Find<BackupSnapshot>(OmsWorld.Namespace, before.Metadata.Name)!;
        world.Api.UpdateStatus(now with { Status = before.Status });
    }

    [Theory]
    [InlineData("Plan")]
    [InlineData("DisableHA")]
    public void Message_of_a_hold_at_which_a_word_was_ignored_has_45_words(string at)
    {
        var world = new OmsWorld().Apply(s => s with { Approval = ApprovalPolicy.Manual, HoldBefore = null });
        world.RunUntil(() => world.Is("Held"), "the plan");
        if (at != "Plan")
        {
            world.Annotate(Annotations.Approve, world.PlanWord);
            world.RunUntil(() => world.Status.Holds is [{ Name: "DisableHA" }], "held");
        }

        world.Annotate(Annotations.Approve, "StopOld@01234567.1");
        world.RunUntil(() => world.Status.Approvals.Exists(a => !a.Accepted), "ignored");
        world.RunFor(TimeSpan.FromMinutes(1));
        var words = world.Status.Message!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        words.ShouldBeLessThanOrEqualTo(45, world.Status.Message);
    }

    [Fact]
    public void Host_that_is_silent_when_a_word_comes_is_told_in_words_of_people()
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var word = world.Status.Holds.Single().Approval;
        var before = world.StatusWrites.Count;
        world["oms-a"].CutOff();
        world["oms-b"].CutOff();
        world.Annotate(Annotations.Approve, word);
        world.RunFor(TimeSpan.FromMinutes(20));
        world["oms-a"].Reconnect();
        world["oms-b"].Reconnect();
        world.RunFor(TimeSpan.FromMinutes(5));
        var told = world.StatusWrites.Skip(before).Select(u => u.Status!.Message ?? "").Append(world.Status.Message!)
            .Distinct().ToList();
        told.ShouldAllBe(m => !m.Contains("cancel", StringComparison.OrdinalIgnoreCase), string.Join("\n", told));
    }

    [Fact]
    public void Silent_host_at_the_look_of_a_new_operator_is_told_in_words_of_people()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count("init") == 1, "init");
        world.New("oms-a")!.Stop();
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.OutcomeUnknown, "lost");
        var before = world.StatusWrites.Count;
        world["oms-a"].CutOff();
        world["oms-b"].CutOff();
        world.RetryOnRestoredData();
        world.Restart();
        world.RunFor(TimeSpan.FromMinutes(40));
        var told = world.StatusWrites.Skip(before).Select(u => u.Status!.Message ?? "")
            .Where(m => m.Contains("cancel", StringComparison.OrdinalIgnoreCase)).Distinct().ToList();
        told.ShouldBeEmpty(string.Join("\n", told));
    }
}
