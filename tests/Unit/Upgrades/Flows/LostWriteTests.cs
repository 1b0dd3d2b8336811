namespace Drydock.Tests.Unit.Upgrades;

/// <summary>An API server that takes no writes: pauses that grow, and somebody is told.</summary>
public sealed class LostWriteTests
{
    private int _writes;

    [Theory]
    [InlineData(409)]
    [InlineData(500)]
    [InlineData(503)]
    public void Refused_writes_are_retried_rarely_and_reported(int code)
    {
        var world = Refusing(code);
        world.Apply();
        world.RunFor(TimeSpan.FromSeconds(10));

        _writes.ShouldBeInRange(5, 10);
        var told = world.Events.All.Where(e => e.Reason == Reasons.WritesNotTaken).ToList();
        told.ShouldNotBeEmpty();
        told[0].Message.ShouldBeWorded();

        world.RunFor(TimeSpan.FromHours(1));
        _writes.ShouldBeLessThan(90, "a pause is at most a minute");

        world.Api.Before = null;
        world.RunUntil(() => world.IsOver, "it continues as soon as writes are taken");
    }

    [Fact]
    public void Successful_write_resets_the_count_of_refused_ones()
    {
        var world = Refusing(409, count => count is <= 4 or (> 10 and <= 14));
        world.Apply();
        world.RunUntil(() => world.IsOver, "twice four writes are not taken");

        world.Events.All.ShouldNotContain(e => e.Reason == Reasons.WritesNotTaken);
        _writes.ShouldBeGreaterThan(14);
    }

    [Fact]
    public void Status_above_the_budget_is_shortened_and_says_so()
    {
        var world = new ToyRunWorld();
        world.Truth.Findings.AddRange(Enumerable.Range(0, 300).Select(
            i => new Finding { Reason = "Loose", Message = $"{i}: {new string('x', 20_000)}" }));
        world.Apply();
        world.RunUntil(() => world.Is("Stalled"), "Stalled");

        Weight(world.Status).ShouldBeLessThan(StatusBudget.Bytes);
        world.Status.Findings.Count.ShouldBe(SchemaLimits.Findings);
        world.Status.Findings[0].Message.ShouldEndWith("more characters)");
        world.Status.Message.ShouldNotBeNull().ShouldMatch(
            @"\[\d+ texts of this status are shortened: with longer ones it "
            + @"would come near the largest that the API server takes\.\]$");
        var version = world.Found!.Metadata.ResourceVersion;
        world.RunFor(TimeSpan.FromMinutes(30));
        world.Found!.Metadata.ResourceVersion.ShouldBe(version, "the same findings are not written again");
    }

    [Theory]
    [InlineData(413)]
    [InlineData(422)]
    public void Status_refused_by_the_server_is_shortened_and_reported(int code)
    {
        var world = new ToyRunWorld();
        world.Truth.Findings.AddRange(Enumerable.Range(0, 50).Select(
            i => new Finding { Reason = "Loose", Message = $"{i}: {new string('x', 4000)}" }));
        world.Api.Before = request =>
        {
            _writes += request.Resource == "toyruns/status" ? 1 : 0;
            return Task.CompletedTask;
        };
        world.Api.Faults.Add(new ApiFaultRule((ApiFault)code)
        {
            Verb = "status",
            Where = call => Weight(((ToyRun)call.Entity!).Status!) > 100_000
        });
        world.Apply();
        world.RunUntil(() => world.Is("Stalled"), "Stalled");

        Weight(world.Status).ShouldBeLessThan(100_000);
        world.Status.Message.ShouldNotBeNull().ShouldContain("the API server refused a longer one.]");
        world.Events.All.Count(e => e.Reason == Reasons.StatusShortened).ShouldBe(1);

        world.RunFor(TimeSpan.FromMinutes(30));
        world.Events.All.Count(e => e.Reason == Reasons.StatusShortened)
            .ShouldBe(1, "a status that was refused is not tried again");
        world.Truth.Findings.Clear();
        world.RunUntil(() => world.IsOver, "it continues");
    }

    [Fact]
    public void Status_refused_at_any_length_is_reported_at_once()
    {
        var world = new ToyRunWorld();
        world.Api.Faults.Add(new ApiFaultRule(ApiFault.Invalid) { Verb = "status" });
        world.Apply();
        world.RunFor(TimeSpan.FromSeconds(1));

        world.Events.All.First(e => e.Reason == Reasons.WritesNotTaken).Message.ShouldBeWorded();
    }

    [Fact]
    public async Task Status_before_an_act_is_written_even_when_unchanged()
    {
        var world = new ToyRunWorld().Apply();
        world.RunUntil(() => world.IsOver, "Succeeded");
        var kind = new ToyRunKind(world.Truth);
        var writer = new StatusWriter<ToyRun, RunStatus>(
            world.Writer.UpdateStatusAsync,
            world.Events,
            kind.Form.StatusJson,
            static entity => entity.Status,
            static (entity, status) => entity with { Status = (ToyRunStatus)status });
        var entity = world.Found!;
        int Writes() => world.Api.Log.Count(r => r.StartsWith("update toyruns", StringComparison.Ordinal));
        var before = Writes();

        writer.Fit(entity, entity.Status!).ShouldBeNull();
        await writer.WriteAsync(entity, writer.Fit(entity, entity.Status!, always: true).ShouldNotBeNull(), default);
        Writes().ShouldBe(before + 1, "it proves that the plan acted on is the newest");
    }

    private static int Weight(ToyRunStatus status) =>
        JsonSerializer.SerializeToUtf8Bytes(status, ToyRunContext.Default.ToyRunStatus).Length;

    private ToyRunWorld Refusing(int code, Func<int, bool>? refused = null)
    {
        var world = new ToyRunWorld();
        world.Api.Before = request =>
            request.Resource == "toyruns/status" && !request.IsRead && (refused ?? (_ => true))(++_writes)
                ? Task.FromException(Answer(code, request.Verb))
                : Task.CompletedTask;
        return world;
    }

    private static KubernetesException Answer(int code, string verb)
    {
        var request = new KubernetesRequest(verb, "test.drydock.dev", "toyruns/status", "toys", "up");
        var status = new V1Status { Status = "Failure", Code = code, Reason = "Test", Message = "not now." };
        return code switch
        {
            409 => new KubernetesConflictException(request, status),
            413 => new KubernetesRequestTooLargeException(request, status),
            422 => new KubernetesInvalidException(request, status),
            503 => new KubernetesApiException(request, status),
            _ => new KubernetesOutcomeUnknownException(request, "the API server answered 500"),
        };
    }
}
