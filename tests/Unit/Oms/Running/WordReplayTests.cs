namespace Drydock.Tests.Unit.Oms;

/// <summary>
/// Words in Git and in annotations, after etcd was restored or an operator was killed: none counts a second time, and
/// the marks that say so lie beside the data of OMS.
/// </summary>
public sealed class WordReplayTests
{
    public static TheoryData<bool, string, bool> Replays()
    {
        var cases = new TheoryData<bool, string, bool>();
        foreach (var haOff in new[] { true, false })
        {
            foreach (var way in new[] { "accepted, then restored", "restored", "restored by approval" })
            {
                cases.Add(haOff, way, true);
                cases.Add(haOff, way, false);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Replays))]
    public void Words_of_Git_after_a_restored_etcd_stop_and_drop_nothing(bool haOff, string way, bool gitFirst)
    {
        var world = Failing(haOff, way);
        var (backup, spec) = (world.Status, world.Upgrade.Spec);
        if (way == "accepted, then restored")
        {
            var token = world.AcceptWord(world.Status.Step!);
            world.EditSpec(s => s with { Approvals = [token] });
            world.RunUntil(() => world.ReasonOf("Failed") == Reasons.MarkerMissing, "init failed");
        }

        var isBare = way == "restored by approval";
        var retry = isBare ? world.RetryWord : world.RestoreWord;
        world.Annotate(Annotations.Retry, retry);
        if (isBare)
        {
            world.RunUntil(() => world.Is("Held"), "held");
            world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        }

        world.RunToSuccess();
        var git = world.Upgrade.Spec;
        world.RunFor(TimeSpan.FromHours(20));
        var (done, loads, events) = (world.Done.Count, world.Restores.Loads.Count, world.Events.All.Count);

        // etcd is restored, with the spec of then; Argo CD applies Git again, before or after an operator runs.
        world.Lives.Remove(world.Life);
        world.Life.Die();
        world.EditSpec(_ => gitFirst ? git : spec);
        if (!gitFirst)
        {
            world.Unannotate(Annotations.Retry);
        }

        world.Api.UpdateStatus(world.Upgrade with { Status = backup });
        world.Api.All<SnapshotRestore>().ToList()
            .ForEach(r => world.Api.Delete<SnapshotRestore>(r.Metadata.Namespace, r.Metadata.Name));
        world.Join();
        world.RunFor(TimeSpan.FromHours(3));
        world.EditSpec(_ => git);
        world.Annotate(Annotations.Retry, retry);
        world.RunFor(TimeSpan.FromHours(3));
        world.Restart();
        world.RunFor(TimeSpan.FromHours(3));

        world.Done.Skip(done).Where(a => a.By != 0).ShouldBeEmpty(world.Status.Message);
        world.Restores.Loads.Count.ShouldBe(loads, "databases in production were dropped");
        world.Is("Stalled").ShouldBeTrue();
        world.Status.UsedTokens.ShouldAllBe(t => t.Message != null);
        world.Status.Approvals.Where(a => a.Parsed?.Failure != null).ShouldAllBe(a => !a.Accepted);
        world.Status.RetryWord.ShouldNotBe(retry);
        world.Events.All.Skip(events).Count(e => e.Reason == Reasons.RetryIgnored).ShouldBe(1, "one question");
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Acceptance_of_Git_accepts_no_later_failure_that_nobody_saw()
    {
        var calls = 0;
        var setup = new WorldSetup { RealJson = false, HaConfig = WorldSetup.HaOff };
        setup.Jar = (_, _) => (0, ++calls == 1
            ? "2026-03-01 02:00:00 ERROR harmless as the vendor said\n"
            : "2026-03-02 ERROR THE METADATA IS BROKEN\n");
        var world = new OmsWorld(setup).Apply(s => s with
        {
            HighAvailability = s.HighAvailability with { AfterUpgrade = HighAvailabilityAfterUpgrade.AsBefore }
        });
        world.RunUntil(
            () => world.Status.Plan?.Steps.Exists(s => s.Phase == "StartNew" && s.State == StepState.Succeeded) == true
                && world.Step("CorrectMetadata/oms-a/jar").State == StepState.Pending,
            "before the jar");
        var backup = world.Status;
        world.RunUntil(() => world.Is("Failed"), "failed");
        var token = world.AcceptWord(world.Status.Step!);
        world.EditSpec(s => s with { Approvals = [token] });
        world.RunUntil(
            () => world.Status.Approvals.Exists(a => a is { Accepted: true, Parsed.Failure: not null }), "accepted");

        // The witness of the JAR went with a clean-up of logs, so it runs again.
        world.Lives.Remove(world.Life);
        world.Life.Die();
        world.Api.UpdateStatus(world.Upgrade with { Status = backup });
        foreach (var host in world.Hosts)
        {
            host.Files.Keys.Where(k => k.Contains("/drydock/", StringComparison.Ordinal)
                && !k.Contains("/words/", StringComparison.Ordinal)).ToList().ForEach(k => host.Files.Remove(k));
        }

        world.Join();
        world.RunFor(TimeSpan.FromHours(2));

        world.Plan.Steps.ShouldAllBe(s => s.Accepted == null || s.Accepted.By == AcceptedBy.Plan);
        world.Status.Approvals.Where(a => a.Parsed?.Failure != null).ShouldAllBe(a => !a.Accepted);
    }

    [Fact]
    public void Approval_of_an_aborted_attempt_does_not_release_the_next_one()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(
            s => s with { HoldBefore = ["StopOld", "DisableHA"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var (hash, ahead) = (world.Plan.Hash, world.WordFor("StopOld"));
        world.Annotate(Annotations.Approve, ahead);
        world.RunUntil(() => world.Status.Approvals.Count == 1, "recorded");
        world.Annotate(Annotations.Abort, "1");
        world.RunUntil(() => world.ReasonOf("Stalled") == Reasons.Aborted, "aborted");
        world.RunFor(TimeSpan.FromDays(3));
        world.Retry();
        world.RunUntil(() => world.Is("Held"), "held again");
        world.Plan.Hash.ShouldBe(hash);
        world.Annotate(Annotations.Approve, $"{ahead},{world.WordFor("DisableHA")}");
        world.RunUntil(
            () => world.Is("Held") && world.Status.Step!.StartsWith("StopOld", StringComparison.Ordinal),
            "the second hold");
        world.RunFor(TimeSpan.FromHours(1));

        world.Count("stop").ShouldBe(0, "the downtime began by an approval of days ago");
    }

    [Fact]
    public void Mark_lies_in_the_logs_of_every_host_that_can_be_read()
    {
        var world = Held("StopOld");
        world["oms-b"].Cut(true);
        var (backup, approval) = (world.Status, world.Status.Holds.Single().Approval);
        world.Annotate(Annotations.Approve, approval);
        world.RunUntil(() => world.Status.Approvals is [{ Accepted: true }], "recorded");
        world.Hosts.Select(h => h.Files.Keys.Where(k => k.Contains("/words/", StringComparison.Ordinal)).ToList())
            .ShouldBe([
                [$"/data/oms/logs/drydock/words/Approval-{approval}"], []]);

        world.Lives.Remove(world.Life);
        world.Life.Die();
        world["oms-b"].Cut(false);
        world.Api.UpdateStatus(world.Upgrade with { Status = backup });
        world.Join();
        world.RunFor(TimeSpan.FromHours(1));

        (world.Is("Held"), world.Count("stop")).ShouldBe((true, 0));
        world.Status.Approvals.ShouldHaveSingleItem().Ignored.ShouldNotBeNull().ShouldContain("used before");
        world.Status.Holds.Single().Approval.ShouldNotBe(approval);
    }

    [Fact]
    public void Word_waits_until_a_host_can_be_read()
    {
        var world = Held("StopOld");
        world.Hosts.ForEach(h => h.Cut(true));
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunUntil(
            () => world.Status.Message!.Contains("none could be made. oms-a: ", StringComparison.Ordinal),
            "it says so");
        world.RunFor(TimeSpan.FromHours(1));
        (world.Status.Approvals.Count, world.Count("stop")).ShouldBe((0, 0));

        world.Hosts.ForEach(h => h.Cut(false));
        world.RunToSuccess();
    }

    [Fact]
    public void Word_in_the_downtime_is_marked_through_stopped_containers()
    {
        var world = Held("StartNew");
        world.Hosts.ShouldAllBe(h => !h.Containers.Exists(c => c.IsRunning));
        world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        world.RunToSuccess();

        world.Hosts.ShouldAllBe(
            h => h.Files.Keys.Any(k => k.Contains("/words/Approval-StartNew@", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(nameof(Fate.DieAfter))]
    [InlineData(nameof(Fate.LostAnswer))]
    public void Operator_killed_after_the_mark_costs_another_word_and_no_second_effect(string what)
    {
        var fate = Enum.Parse<Fate>(what);
        var world = Held("StopOld");
        var approval = world.Status.Holds.Single().Approval;
        var isHit = false;
        world.Fates = point =>
            !isHit && point.What.StartsWith("copy ", StringComparison.Ordinal) && (isHit = true) ? fate : Fate.Live;
        world.Annotate(Annotations.Approve, approval);
        world.RunFor(TimeSpan.FromHours(1));
        isHit.ShouldBeTrue();
        if (fate == Fate.DieAfter)
        {
            (world.Is("Held"), world.Count("stop")).ShouldBe((true, 0));
            world.Status.Message.ShouldBeWorded(approval);
            world.Annotate(Annotations.Approve, world.Status.Holds.Single().Approval);
        }

        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
    }

    private static OmsWorld Held(string hold)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => s with { HoldBefore = [hold] });
        world.RunUntil(() => world.Is("Held"), "held");
        return world;
    }

    // The JAR fails the first time; where its failure is accepted, docker_init.sh fails the first time.
    private static OmsWorld Failing(bool haOff, string way)
    {
        var (jars, inits, isAccepted) = (0, 0, way.StartsWith("accepted", StringComparison.Ordinal));
        var setup = new WorldSetup
        {
            RealJson = false,
            PeopleMayStartOld = true,
            HaConfig = haOff ? WorldSetup.HaOff : new WorldSetup().HaConfig
        };
        var init = setup.Init;
        setup.Jar = (_, _) => ++jars > 1
            ? (0, "corrected\n")
            : isAccepted ? (0, "2026-03-01 02:00:00 ERROR something odd\n") : (3, "failed\n");
        setup.Init = (w, c) => ++inits == 1 && isAccepted ? (1, "no marker\n") : init(w, c);
        var world = new OmsWorld(setup).Apply(s => s with
        {
            HighAvailability = s.HighAvailability with
            {
                AfterUpgrade = haOff ? HighAvailabilityAfterUpgrade.AsBefore : s.HighAvailability.AfterUpgrade
            }
        });
        world.RunUntil(() => world.Is("Failed"), "failed");
        return world;
    }
}
