namespace Drydock.Tests.Unit.Oms;

/// <summary>dockerd does not take the start of a command that must run once.</summary>
public sealed class RefusedStartTests
{
    [Theory]
    [InlineData("jar", "CorrectMetadata/oms-a/jar")]
    [InlineData("init", "InitMetadata/oms-a")]
    public void Refused_start_is_retried_until_dockerd_accepts_it(string kind, string step)
    {
        var world = Before(kind, h => (h.RefusedReservations, h.RefusedStarts) = (5, 5));
        world.RunUntil(() => world["oms-a"].RefusedStarts == 0, "refused");
        (world.Count(kind), world.Is("Failed"), world.Step(step).State).ShouldBe((0, false, StepState.Running));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count, world.Status.Attempts.Count)
            .ShouldBe((2, 1, 0, 0));
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
    public void Any_refusal_of_starting_dockerd_is_retried_automatically(string kind, string answer)
    {
        var world = Before(
            kind, h => (h.RefusedReservations, h.RefusedStarts, h.Refusal) = (5, 5, () => Refusal(answer)));
        world.RunUntil(() => world["oms-a"].RefusedStarts == 0, "refused");
        (world.Count(kind), world.Is("Failed")).ShouldBe((0, false));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count, world.Status.Attempts.Count)
            .ShouldBe((2, 1, 0, 0));
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Start_lost_by_dying_dockerd_is_repeated_automatically(string kind)
    {
        var world = Before(kind, h => h.SwallowedStarts = 5);
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count, world["oms-a"].SwallowedStarts)
            .ShouldBe((2, 1, 0, 0));
    }

    [Theory]
    [InlineData("jar", 1)]
    [InlineData("jar", 900)]
    [InlineData("jar", 5_000)]
    [InlineData("jar", 60_000)]
    [InlineData("init", 900)]
    [InlineData("init", 5_000)]
    public void Late_refused_start_counts_as_the_only_run(string kind, int milliseconds)
    {
        var world = Before(kind, h => (h.RefusedStarts, h.LateStart) = (2, TimeSpan.FromMilliseconds(milliseconds)));
        world.RunToSuccess();

        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init"), world.Status.UsedTokens.Count).ShouldBe((2, 1, 0));
    }

    [Theory]
    [InlineData("jar")]
    [InlineData("init")]
    public void Forgotten_exec_is_created_again_if_witness_shows_no_run(
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
    public void Lost_exec_and_witness_leave_unknown_outcome_until_restore(string kind)
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
        world.Status.Message.ShouldBeWorded();

        world.RetryOnRestoredData();
        world.RunToSuccess();
        world.Count("restore").ShouldBe(1);
        world.Rules.Broken.ShouldBeEmpty();
    }

    [Fact]
    public void Refused_start_fails_after_phase_timeout_and_retry_succeeds()
    {
        var world = Before("jar", h => h.RefusedStarts = 10_000, TimeSpan.FromMinutes(20));
        world.RunUntil(() => world.Is("Failed"), "out of time");
        (world.ReasonOf("Failed"), world.Count("jar")).ShouldBe(("HostUnreachable", 0));
        world.Status.Message.ShouldBeWorded();

        world["oms-a"].RefusedStarts = 0;
        world.Retry();
        world.RunToSuccess();
        world.Rules.Broken.ShouldBeEmpty();
        (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
    }

    [Fact]
    public void Refused_start_with_killed_operator_runs_once()
    {
        for (var kill = 1; kill <= 8; kill++)
        {
            var refusals = kill;
            var world = Before(
                "jar", h => (h.RefusedReservations, h.RefusedStarts, h.LateStart) = (4, 4, TimeSpan.FromSeconds(20)));
            world.RunUntil(
                () => world["oms-a"].RefusedReservations + world["oms-a"].RefusedStarts == 8 - refusals, "refused");
            world.Restart();
            world.RunToSuccess();

            world.Rules.Broken.ShouldBeEmpty();
            (world.Count("jar"), world.Count("init")).ShouldBe((2, 1));
        }
    }

    private static HttpResponseMessage Refusal(string answer) => answer switch
    {
        "conflict" => WorldDocker.Refused(HttpStatusCode.Conflict, "container is not running"),
        "starting" => WorldDocker.Refused(
            HttpStatusCode.InternalServerError, "connection to containerd: connection refused"),
        "forgotten" => WorldDocker.Refused(HttpStatusCode.NotFound, "No such exec instance"),
        _ => throw new HttpRequestException(HttpRequestError.InvalidResponse, "Received an invalid status line"),
    };

    private static OmsWorld Before(string kind, Action<WorldHost> trouble, TimeSpan? time = null)
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false }).Apply(s => time is { } limit
            ? s with { Timeouts = s.Timeouts with { CorrectMetadata = $"{limit.TotalMinutes}m" } }
            : s);
        world.RunUntil(() => kind == "jar" ? world.Count("start") == 2 : world.Count("jar") == 2, "before it");
        trouble(world["oms-a"]);
        return world;
    }
}
