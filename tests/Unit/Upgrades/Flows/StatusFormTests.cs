namespace Drydock.Tests.Unit.Upgrades;

/// <summary>A status that another operator wrote: continued if all of it is known, otherwise left as it is.</summary>
public sealed class StatusFormTests
{
    private const string Later = "99.0.0";
    private static readonly string[] Whole = ["Prepare/box", "Swap/one", "Swap/two", "Seal/box"];

    // Of a form that is not known, it is not known where its phase stands either.
    [Theory]
    [InlineData(null, true)]
    [InlineData(StatusForm.Current + 1, true)]
    [InlineData(StatusForm.Current + 1, false)]
    public void Unknown_form_is_neither_continued_nor_written(int? form, bool hasPhase)
    {
        var world = Held();
        world.PutBack(world.Status with { Form = form, Phase = hasPhase ? world.Status.Phase : null });
        world.Edit(s => s with { HoldBefore = [] });
        var (version, acts) = (world.Found!.Metadata.ResourceVersion, world.Truth.Acts.Count);
        world.RunFor(TimeSpan.FromHours(1));

        (world.Found.Metadata.ResourceVersion, world.Truth.Acts.Count).ShouldBe((version, acts));
        world.Events.All.ShouldContain(e => e.Reason == Reasons.StatusUnreadable);
        world.Events.All.Last(e => e.Reason == Reasons.StatusUnreadable).Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData(Later)]
    [InlineData("0.0.1")]
    public void Unreadable_plan_starts_nothing_and_says_who_wrote_it(string writer)
    {
        var world = Held();
        var good = world.Status;
        world.PutBack(Written(good, plan => (plan["operator"], plan["packed"]) = (writer, "damaged")));
        world.Edit(s => s with { HoldBefore = [] });
        var acts = world.Truth.Acts.Count;
        world.RunFor(TimeSpan.FromHours(1));

        (world.Truth.Acts.Count, world.ReasonOf("Stalled")).ShouldBe((acts, Reasons.StatusUnreadable));
        world.Status.Message!.ShouldBeWorded();
        (world.Status.System!.State, world.Status.Rollback, world.Status.RetryWord)
            .ShouldBe((SystemState.Unknown, null, null), "nothing is known of it");
        (world.Status.RetryCost, world.Status.RetryApproval, world.Status.AbortUndoes).ShouldBe((null, null, null));
        world.Status.NextAction.ShouldNotBeNull().ShouldNotContain("oll back:");
        Json(world.Status)["plans"]![0]!["packed"]!.GetValue<string>().ShouldBe("damaged");

        world.PutBack(good);
        world.RunUntil(() => world.IsOver, "Succeeded");
        world.Truth.Acts.ShouldBe(Whole);
    }

    [Fact]
    public void Plans_of_kinds_that_are_not_known_are_kept()
    {
        var world = Held();
        var json = Json(world.Status);
        var plans = json["plans"]!.AsArray();
        plans.Add(plans[0]!.DeepClone());
        foreach (var (kind, at) in new[] { "Hop", "HopBack" }.Select((k, i) => (k, i)))
        {
            (plans[at]!["kind"], plans[at]!["operator"], plans[at]!["number"]) = (kind, Later, at + 1);
        }

        var stored = plans.ToJsonString();
        world.PutBack(json.Deserialize(ToyRunContext.Default.ToyRunStatus)!);
        world.Edit(s => s with { HoldBefore = [] });
        world.RunFor(TimeSpan.FromHours(1));

        world.ReasonOf("Stalled").ShouldBe(Reasons.StatusUnreadable);
        Json(world.Status)["plans"]!.ToJsonString().ShouldBe(stored);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Deletion_of_what_cannot_be_read_waits_until_it_is_abandoned(bool hasForm)
    {
        var world = Held();
        world.PutBack(hasForm
            ? Written(world.Status, plan => plan["packed"] = "damaged")
            : world.Status with { Form = null, Plans = [] });
        world.Delete();
        world.RunFor(TimeSpan.FromHours(1));
        (world.Found is not null, world.Claims).ShouldBe((true, 1));

        world.Annotate(Annotations.OnDelete, Annotations.Abandon);
        world.RunUntil(() => world.Found is null, "gone");
        world.Claims.ShouldBe(0);
        world.Events.All.Single(e => e.Reason == Reasons.Abandoned).Message
            .ShouldContain(hasForm ? "Plan 1 in status.plans is damaged" : "before the first release");
    }

    // N-1, N, N-1: the one in between has written a status that this one knows as a whole.
    [Fact]
    public void Run_that_a_later_operator_has_written_meanwhile_ends_golden()
    {
        var writes = Writes(new ToyRunWorld().Apply(), world => world.RunUntil(() => world.IsOver, "Succeeded"));
        writes.ShouldBeGreaterThan(8);
        for (var at = 1; at <= writes; at++)
        {
            var (world, seen) = (new ToyRunWorld().Apply(), 0);
            world.Api.Before = request =>
            {
                seen += IsStatus(request) ? 1 : 0;
                return Task.CompletedTask;
            };
            world.RunUntil(() => seen > at || world.IsOver, "the later one takes over");
            world.Api.Before = null;
            world.PutBack(Written(world.Status, plan => plan["operator"] = Later));
            world.RunUntil(() => world.IsOver, "Succeeded");

            world.Truth.Acts.ShouldBe(Whole, ignoreOrder: false, $"write {at}");
        }
    }

    private static int Writes(ToyRunWorld world, Action<ToyRunWorld> run)
    {
        var writes = 0;
        world.Api.Before = request =>
        {
            writes += IsStatus(request) ? 1 : 0;
            return Task.CompletedTask;
        };
        run(world);
        return writes;
    }

    private static bool IsStatus(KubernetesRequest request) =>
        request.Verb == "update" && request.Resource.StartsWith("toyruns", StringComparison.Ordinal);

    private static ToyRunWorld Held()
    {
        var world = new ToyRunWorld().Apply(s => s with { HoldBefore = ["Swap/two"] });
        world.RunUntil(() => world.Is("Held"), "held before the second part");
        return world;
    }

    private static ToyRunStatus Written(ToyRunStatus status, Action<JsonNode> change)
    {
        var json = Json(status);
        foreach (var plan in json["plans"]!.AsArray())
        {
            change(plan!);
        }

        return json.Deserialize(ToyRunContext.Default.ToyRunStatus)!;
    }

    private static JsonNode Json(ToyRunStatus status) =>
        JsonSerializer.SerializeToNode(status, ToyRunContext.Default.ToyRunStatus)!;
}
