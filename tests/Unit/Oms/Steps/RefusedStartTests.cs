using System.Net;
using Drydock.Abstractions.Plans;
using Drydock.Clients.Docker;
using Drydock.Crds.Common;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Oms;

/// <summary>dockerd does not take the start of a command that must run once.</summary>
public sealed class RefusedStartTests
{
    [Theory]
    [InlineData("jar", "CorrectMetadata/oms-a/jar")]
    [InlineData("init", "InitMetadata/oms-a")]
    public void It_goes_on_by_itself_once_dockerd_takes_it(string kind, string step)
    {
        var world = Before(kind, h => (h.RefusedReservations, h.RefusedStarts) = (5, 5));
        world.RunUntil(() => world["oms-a"].RefusedStarts == 0, "refused");
        (world.Count(kind), world.Is("Failed"), world.Step(step).State).ShouldBe((0, false, StepState.Running));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count, world.Status.Attempts.Count).ShouldBe((2, 1, 0, 0));
        world.Step(step).Attempt.ShouldBe(1);
    }

    [Theory]
    [InlineData("jar", "conflict")]
    [InlineData("init", "conflict")]
    [InlineData("jar", "starting")]
    [InlineData("init", "starting")]
    [InlineData("jar", "forgotten")]
    [InlineData("init", "forgotten")]
    [InlineData("init", "garbled")]
    public void Whatever_a_dockerd_on_its_way_up_answers_it_goes_on_by_itself(string kind, string answer)
    {
        var world = Before(kind, h => (h.RefusedReservations, h.RefusedStarts, h.Refusal) = (5, 5, endpoint => Refusal(answer, endpoint)));
        world.RunUntil(() => world["oms-a"].RefusedStarts == 0, "refused");
        (world.Count(kind), world.Is("Failed")).ShouldBe((0, false));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count, world.Status.Attempts.Count).ShouldBe((2, 1, 0, 0));
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void A_start_that_dockerd_took_and_died_on_is_made_again_by_itself(string kind)
    {
        var world = Before(kind, h => h.SwallowedStarts = 5);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count, world["oms-a"].SwallowedStarts).ShouldBe((2, 1, 0, 0));
    }

    [Theory]
    [InlineData("jar", 1)]
    [InlineData("jar", 900)]
    [InlineData("jar", 5_000)]
    [InlineData("jar", 60_000)]
    [InlineData("init", 900)]
    [InlineData("init", 5_000)]
    public void A_refused_start_that_arrives_after_all_is_the_one_run(string kind, int milliseconds)
    {
        var world = Before(kind, h => (h.RefusedStarts, h.LateStart) = (2, TimeSpan.FromMilliseconds(milliseconds)));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count).ShouldBe((2, 1, 0));
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void An_exec_that_a_restarted_dockerd_forgot_is_made_anew_where_the_witness_shows_that_it_never_ran(
        string kind)
    {
        var world = Before(kind, h => (h.RefusedStarts, h.LiveRestore) = (3, true));
        world.RunUntil(() => world["oms-a"].RefusedStarts == 1, "refused");
        world["oms-a"].RestartDockerd();
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count).ShouldBe((2, 1, 0));
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Where_exec_and_witness_are_gone_nobody_knows_and_nothing_runs_on_that_data(string kind)
    {
        var world = Before(kind, h => (h.RefusedStarts, h.LiveRestore) = (3, true));
        world.RunUntil(() => world["oms-a"].RefusedStarts == 1, "refused");
        var files = world["oms-a"].Files;
        foreach (var lost in files.Keys.Where(k => k.Contains("/drydock/", StringComparison.Ordinal)).ToList())
        {
            files.Remove(lost);
        }

        world["oms-a"].RestartDockerd();
        world.RunUntil(() => world.ReasonOf("Stalled") == "OutcomeUnknown", "unknown");
        var before = world.Count(kind);
        world.RunFor(TimeSpan.FromHours(2));
        world.Count(kind).ShouldBe(before);
        world.Status.Message!.ShouldContain("it is unknown whether the command ran");

        world.Annotate(Annotations.Retry, "restore");
        world.RunToSuccess();
        world.Count("restore").ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void It_gives_up_when_the_phase_has_had_its_time_and_says_that_nothing_has_begun()
    {
        var world = Before("jar", h => h.RefusedStarts = 10_000, TimeSpan.FromMinutes(20));
        world.RunUntil(() => world.Is("Failed"), "out of time");
        (world.ReasonOf("Failed"), world.Count("jar")).ShouldBe(("HostUnreachable", 0));
        world.Status.Message!.ShouldContain("It was retried for 20m0s");

        world["oms-a"].RefusedStarts = 0;
        world.Annotate(Annotations.Retry, "dockerd is back");
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
    }

    [Fact]
    public void Refusals_together_with_a_killed_operator_are_still_one_run()
    {
        for (var kill = 1; kill <= 8; kill++)
        {
            var refusals = kill;
            var world = Before("jar", h => (h.RefusedReservations, h.RefusedStarts, h.LateStart) = (4, 4, TimeSpan.FromSeconds(20)));
            world.RunUntil(() => world["oms-a"].RefusedReservations + world["oms-a"].RefusedStarts == 8 - refusals, "refused");
            world.Restart();
            world.RunToSuccess();

            world.Rules.Broken.ShouldBeEmpty();
            (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
        }
    }

    private static DockerException Refusal(string answer, string endpoint) => answer switch
    {
        "conflict" => new DockerConflictException(endpoint, "exec", "container is not running"),
        "starting" => new DockerApiException(endpoint, "exec", HttpStatusCode.InternalServerError, "connection to containerd: connection refused"),
        "forgotten" => new DockerNotFoundException(endpoint, "exec", "No such exec instance"),
        _ => new DockerProtocolException(endpoint, "the answer is not the JSON that was expected"),
    };

    private static OmsWorld Before(string kind, Action<WorldHost> trouble, TimeSpan? time = null)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => time is { } limit ? s with { Timeouts = s.Timeouts with { CorrectMetadata = $"{limit.TotalMinutes}m" } } : s);
        world.RunUntil(() => kind == "jar" ? world.Count("start") == 2 : world.Count("jar") == 2, "before it");
        trouble(world["oms-a"]);
        return world;
    }
}
