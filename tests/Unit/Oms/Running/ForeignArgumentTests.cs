namespace Drydock.Tests.Unit.Oms;

/// <summary>An argument or a step that this operator does not know starts nothing, and is told in words of
/// people.</summary>
public sealed class ForeignArgumentTests
{
    [Theory]
    [InlineData("StopOld/oms-a", "future", "1")]
    [InlineData("TakeSnapshot", "databases", "[{}]")]
    [InlineData("TakeSnapshot", "future", "1")]
    [InlineData("EnableHighAvailability", "future", "1")]
    [InlineData("StartContainer", "action", "FutureStep")]
    [InlineData("TakeSnapshot", "action", "FutureStep")]
    public void Argument_of_another_version_is_told_without_names_of_dotnet(string id, string name, string value)
    {
        var world = new OmsWorld().Apply(s => s with { HoldBefore = ["StopOld"] });
        world.RunUntil(() => world.Is("Held"), "held");
        var plan = world.Plan;
        var at = plan.Steps.Find(s => s.Id == id || s.Action == id)!.Id;
        plan = plan.With(plan.Plan with
        {
            Steps =
            [
                .. plan.Plan.Steps.Select(s => s.Id != at ? s : name == "action" ? s with { Action = value } : s with
                {
                    Parameters = new Dictionary<string, string>(
                        s.Parameters.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
                    {
                        [name] = value,
                    },
                }),
            ],
        });
        world.PutBack(world.Status with { Plan = plan });
        var (done, before) = (world.Done.Count, world.StatusWrites.Count);
        world.EditSpec(s => s with { HoldBefore = [] });
        world.RunFor(TimeSpan.FromMinutes(10));

        world.Done.Count.ShouldBe(done, "nothing is started");
        world.StatusWrites.Count.ShouldBeGreaterThan(before, "it is told in the status");
        var message = world.Status.Message.ShouldNotBeNull();
        message.ShouldNotContain(".NET");
        message.ShouldNotContain("System.");
        message.ShouldNotContain("Drydock.Reconcilers");
        message.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBeLessThanOrEqualTo(45, message);
    }
}
