namespace Drydock.Tests.Unit.Oms;

/// <summary>An administrator overrules a verdict.</summary>
public sealed class AcceptTests
{
    private const string Reworded = "# 【步骤六】done\ninitialisation has finished\n%done%";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Missing_marker_with_exit_code_0_is_accepted(bool bySpec)
    {
        var world = Unmarked();
        var token = world.AcceptWord("InitMetadata/oms-a");
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldBeWorded(token);
        world.Step("InitMetadata/oms-a").Acceptable.ShouldBeTrue();

        Accept(world, bySpec, token);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("init"), world.Count("restore")).ShouldBe((1, 0));
        var step = world.Step("InitMetadata/oms-a");
        (step.State, step.Accepted!.By, step.Accepted.Reason)
            .ShouldBe((StepState.Succeeded, bySpec ? AcceptedBy.Spec : AcceptedBy.Annotation, "MarkerMissing"));
        step.Message.ShouldBeWorded();
        var used = world.Status.Approvals.ShouldHaveSingleItem();
        (used.Word, used.Accepted, used.At is null).ShouldBe((token, true, false));
        used.Overruled.ShouldNotBeNull().ShouldStartWith("MarkerMissing: ");
        world.Events.All.ShouldContain(e => e.IsWarning && e.Reason == "ResultAccepted"
            && e.Message.Contains("InitMetadata/oms-a", StringComparison.Ordinal));
        world.Logs.Lines.ShouldContain(l => l.StartsWith("Warning") && l.Contains(
            "InitMetadata/oms-a", StringComparison.Ordinal) && l.Contains("MarkerMissing", StringComparison.Ordinal));
        world.Status.ActionRequired.ShouldContain(
            a => a.Reason == "ResultAccepted" && a.Subject == "InitMetadata/oms-a");
    }

    [Fact]
    public void Word_without_effect_takes_none_from_the_word_beside_it()
    {
        var world = Unmarked();
        var token = world.AcceptWord("InitMetadata/oms-a");

        Accept(world, bySpec: false, $"{world.AcceptWord("Backup/snapshot")},{token}");
        world.RunToSuccess();

        world.Count("init").ShouldBe(1);
        world.Status.Approvals.Select(a => a.Accepted).ShouldBe([true, false], ignoreOrder: true);
    }

    [Theory]
    [InlineData(1, "nothing\n", "only if it ended with exit code 0")]
    [InlineData(1, "ERROR 1060 (42S21): Duplicate column name 'a'\n", "only if it ended with exit code 0")]
    [InlineData(
        0, "ERROR 1045 (28000): Access denied for user 'drc'\ninitialisation has finished\n",
        "and only its success line is missing")]
    [InlineData(
        0, "initialisation has finished\njava.lang.IllegalStateException: no cluster\n",
        "and only its success line is missing")]
    public void Failed_initialisation_is_not_accepted(int exitCode, string log, string says)
    {
        var world = new OmsWorld(new WorldSetup { Init = (_, _) => (exitCode, log) }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.Status.Message.ShouldNotBeNull().ShouldNotContain(Annotations.Approve);

        Refused(world, "InitMetadata/oms-a", says);
    }

    [Fact]
    public void Failed_dump_is_not_accepted()
    {
        var world = new OmsWorld().Apply();
        for (var i = 0; i < 3; i++)
        {
            world.Snapshots.Failures.Enqueue("the dump has no trailer");
        }

        world.RunUntil(() => world.Is("Failed"), "failed");
        Refused(world, "Backup/snapshot", "the data or the steps that follow rely on it");
    }

    [Fact]
    public void Failed_JAR_is_not_accepted()
    {
        var world = RollbackTests.Failed();
        Refused(
            world, "CorrectMetadata/oms-a/jar",
            "can be accepted only if it ended with exit code 0 and its output reports errors");
    }

    [Fact]
    public void Lost_command_is_not_accepted()
    {
        var world = new OmsWorld().Apply();
        world.RunUntil(() => world.Count("init") == 1, "docker_init.sh");
        world["oms-a"].RestartDockerd();
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "lost");
        Refused(world, "InitMetadata/oms-a", "The outcome of InitMetadata/oms-a is unknown");
    }

    [Fact]
    public void Program_that_stays_down_is_accepted_in_each_phase_and_listed_at_the_end()
    {
        var world = new OmsWorld(
            new WorldSetup { ProgramDies = (c, p) => c.Host.Name == "oms-b" && c.IsUpgrade && p == "sshd" }).Apply();
        foreach (var id in new[] { "CorrectMetadata/oms-b/programs", "Verify/oms-b/programs" })
        {
            world.RunUntil(() => world.Is("Failed"), id);
            world.Status.Step.ShouldBe(id);
            Accept(world, bySpec: false, world.AcceptWord(id));
            world.RunUntil(() => !world.Is("Failed"), $"{id} is accepted");
        }

        world.RunToSuccess();
        world.Plan.Steps.Where(s => s.Accepted is not null).Select(s => $"{s.Id} {s.Accepted!.By} {s.Accepted.Reason}")
            .ShouldBe(
            [
                "CorrectMetadata/oms-b/programs Annotation ComponentsUnhealthy",
                "Verify/oms-b/programs Annotation ComponentsUnhealthy",
                "Settle/oms-b/programs Plan ComponentsUnhealthy",
            ]);
        world.Status.ActionRequired.Where(a => a.Reason == "ResultAccepted").Select(a => a.Subject)
            .ShouldBe(["CorrectMetadata/oms-b/programs, Verify/oms-b/programs", "Settle/oms-b/programs"]);
    }

    [Fact]
    public void Acceptance_before_the_failure_is_ignored_and_the_next_one_is_another()
    {
        var world = new OmsWorld(new WorldSetup { Init = static (_, _) => (0, Reworded) }).Apply();
        world.RunUntil(() => world.Count("stop") > 0, "past T1");
        var plan = world.Plan;
        Accept(
            world, bySpec: false, $"{Word.For("InitMetadata/oms-a", 1, plan)}, {Word.For("Verify/nothing", 1, plan)}, "
                + $"Verify/hosts@00000000.1.1, {world.WordFor("Verify/hosts")}");
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.RunFor(TimeSpan.FromHours(1));

        world.Is("Failed").ShouldBeTrue();
        Acceptances(world).Select(a => (a.Accepted, a.Ignored!.Split('.')[0])).ShouldBe(
        [
            (false, "InitMetadata/oms-a had not failed"), (false, "The plan has no step Verify/nothing"),
            (
                false, "It is for another plan, or was ended by an abort, a retry or a rollback"),
        ]);
        world.Events.All.Count(e => e.Reason == "ApprovalIgnored").ShouldBe(3);
        world.Status.Approvals.ShouldContain(
            a => a.Accepted && a.Word == world.WordFor("Verify/hosts"), "what was approved stays approved");
        world.AcceptWord("InitMetadata/oms-a").ShouldBe(
            Word.For("InitMetadata/oms-a", 1, plan.Rewritten(p => p with { Number = p.Number + 1 })),
            "the same text could not be given again");
        world.Status.NextAction.ShouldNotBeNull()
            .ShouldContain($"drydock.dev/approve={world.AcceptWord("InitMetadata/oms-a")} --overwrite");

        Accept(world, bySpec: false, world.AcceptWord("InitMetadata/oms-a"));
        world.RunToSuccess();
        world.Count("init").ShouldBe(1);
    }

    [Fact]
    public void Step_that_fails_again_after_another_restore_needs_another_acceptance()
    {
        // docker_init.sh meets a half-migrated schema twice, so the plan is recompiled twice, to the same work.
        const string HalfMigrated = "ERROR 1060 (42S21): Duplicate column name 'a'\n";
        var runs = 0;
        var world = new OmsWorld(new WorldSetup
        {
            Nodes = 1,
            Regions = 2,
            Init = (_, _) =>
                ++runs switch { 1 or 3 => (1, HalfMigrated), 2 or 4 => (0, Reworded), _ => (0, "%marker%") },
        }).Apply();
        RetryFrom(world, "InitMetadata/oms-a");
        world.RunUntil(() => world.ReasonOf("Stalled") == "MarkerMissing", "reworded");
        var token = world.AcceptWord("InitMetadata/oms-a");
        Accept(world, bySpec: false, token);
        RetryFrom(world, "InitMetadata/oms-b");
        world.Step("InitMetadata/oms-a").Accepted.ShouldBeNull();
        world.RunUntil(() => world.ReasonOf("Stalled") == "MarkerMissing", "reworded again");
        var again = world.AcceptWord("InitMetadata/oms-a");
        again.ShouldNotBe(token, "what was given for one plan must not count for the next");
        world.Status.NextAction.ShouldNotBeNull().ShouldContain($"drydock.dev/approve={again} ");
        world.RunFor(TimeSpan.FromHours(1));
        world.Is("Failed").ShouldBeTrue("the acceptance was used");

        Accept(world, bySpec: false, $"{token},{again}");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        Acceptances(world).Select(u => (u.Word, u.Accepted)).ShouldBe([(token, true), (again, true)]);
    }

    [Fact]
    public void Operator_killed_around_an_acceptance_uses_it_once()
    {
        var undisturbed = Unmarked(realJson: false);
        var before = undisturbed.Points.Count;
        Accept(undisturbed, bySpec: false, undisturbed.AcceptWord("InitMetadata/oms-a"));
        undisturbed.RunToSuccess();
        var after = Enumerable.Range(before + 1, 8).SelectMany(
            p => new[] { (p, Fate.DieBefore), (p, Fate.DieAfter), (p, Fate.Conflict), (p, Fate.LostAnswer) });

        Cases.Try(after, at =>
        {
            var world = Unmarked(realJson: false);
            world.Points.Count.ShouldBe(before, "the same run until here");
            world.Fates = p =>
                p.Number == at.Item1 && (at.Item2 != Fate.Conflict || p.IsStatusWrite) ? at.Item2 : Fate.Live;
            Give();
            world.RunInsisting(() => world.IsOver, "Succeeded, nothing held", Give);
            world.Rules.Broken.ShouldBeEmpty();
            (world.Count("init"), world.Status.Approvals.Count(a => a.Accepted)).ShouldBe((1, 1));

            void Give() => Accept(world, bySpec: false, world.AcceptWord("InitMetadata/oms-a"));
        });
    }

    [Fact]
    public void Acceptance_while_the_run_is_aborted_waits_for_the_retry()
    {
        var world = Unmarked();
        world.Annotate(Annotations.Abort, "stop");
        world.RunUntil(() => world.ReasonOf("Stalled") == "Aborted", "aborted");
        Accept(world, bySpec: false, world.AcceptWord("InitMetadata/oms-a"));
        world.RunFor(TimeSpan.FromHours(1));
        world.Status.Approvals.ShouldBeEmpty();

        world.Retry();
        world.RunToSuccess();
        (world.Count("init"), world.Status.Approvals.Single().Accepted).ShouldBe((1, true));
    }

    [Fact]
    public void Failed_check_of_a_rollback_is_accepted()
    {
        var world = RollbackTests.Failed();
        world.Setup.ProgramDies = static (c, p) => !c.IsUpgrade && p == "sshd" && c.Host.Name == "oms-b";
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.ReasonOf("Stalled") == "RollbackFailed", "the rollback failed");
        var token = world.AcceptWord("StartOld/oms-b/programs");
        world.Status.NextAction.ShouldNotBeNull().ShouldContain(token);
        Accept(world, bySpec: false, token);
        world.RunToRolledBack();

        world.BackStep("StartOld/oms-b/programs").Accepted!.By.ShouldBe(AcceptedBy.Annotation);
        world.Status.ActionRequired.ShouldContain(a => a.Reason == "ResultAccepted");
    }

    [Fact]
    public void Only_steps_that_verify_something_can_be_accepted()
    {
        var world = new OmsWorld().Apply(s => s with { Approval = ApprovalPolicy.Manual });
        world.RunUntil(() => world.HasPlan, "planned");
        var known = StepRegistry.Of<OmsTargets>();
        var acceptable = world.Plan.Steps.Where(s => known.Of(s).Acceptance is not null && !s.Planned.OnlyLists)
            .Select(s => s.Id).ToList();

        foreach (var step in new[]
        {
            "CorrectMetadata/oms-a/programs", "CorrectMetadata/oms-a/jar", "InitMetadata/oms-a",
            "Verify/oms-a/programs", "Verify/oms-a/health", "Verify/oms-a/version", "Verify/hosts", "Verify/projects"
        })
        {
            acceptable.ShouldContain(step);
        }

        foreach (var phase in new[] { "PrepareImage", "Backup", "StartNew", "EnableHA", "Settle" })
        {
            acceptable.ShouldNotContain(id => id.StartsWith($"{phase}/", StringComparison.Ordinal));
        }

        acceptable.Where(id => id.StartsWith("StopOld/", StringComparison.Ordinal)).ShouldBe(["StopOld/look"]);
        acceptable.ShouldNotContain(id => id.EndsWith("/copy-jar", StringComparison.Ordinal));
    }

    private static OmsWorld Unmarked(bool realJson = true)
    {
        var world = new OmsWorld(new WorldSetup { Init = static (_, _) => (0, Reworded), RealJson = realJson }).Apply();
        world.RunUntil(() => world.Is("Failed"), "failed");
        world.ReasonOf("Stalled").ShouldBe("MarkerMissing");
        return world;
    }

    private static void Accept(OmsWorld world, bool bySpec, string tokens)
    {
        if (bySpec)
        {
            world.EditSpec(s => s with { Approvals = [.. tokens.Split(',')] });
        }
        else
        {
            world.Annotate(Annotations.Approve, tokens);
        }
    }

    private static void RetryFrom(OmsWorld world, string step)
    {
        world.RunUntil(() => world.ReasonOf("Stalled") == "RestoreRequired" && world.Status.Step == step, step);
        world.RetryOnRestoredData();
        world.RunUntil(() => !world.Is("Stalled"), "the plan is recompiled");
    }

    private static IEnumerable<UsedApproval> Acceptances(OmsWorld world) =>
        world.Status.Approvals.Where(a => a.Parsed?.Failure is not null);

    private static void Refused(OmsWorld world, string step, string says)
    {
        var token = Word.For(step, 1, world.Plan);
        Accept(world, bySpec: false, token);
        world.RunUntil(() => world.Status.Approvals.Count > 0, "seen");
        var seen = world.Status.Approvals.ShouldHaveSingleItem();
        (seen.Word, seen.Accepted).ShouldBe((token, false));
        seen.Ignored.ShouldNotBeNull().ShouldContain(says);
        world.RunFor(TimeSpan.FromHours(1));
        (world.Is("Stalled"), world.Step(step).Accepted).ShouldBe((true, null));
        world.Events.All.ShouldContain(
            e => e.Reason == "ApprovalIgnored" && e.Message.Contains(says, StringComparison.Ordinal));
    }
}
