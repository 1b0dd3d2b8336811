namespace Drydock.Tests.Unit.Upgrades;

public sealed class ArrivalTimeTests
{
    private static readonly Finding Missing =
        new() { Reason = Reasons.SecretMissing, Message = "Secret docker-tls does not exist." };

    [Fact]
    public void Missing_Secret_is_awaited_for_two_minutes_and_then_stalls()
    {
        var world = new ToyRunWorld { Truth = { Findings = { Missing } } }.Apply();
        var began = world.Time.GetUtcNow();
        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.SecretMissing, "it waits");
        (world.Is("Reconciling"), world.Is("Stalled"), world.Is("Ready")).ShouldBe((true, false, false));
        world.Status.Findings.ShouldHaveSingleItem();
        world.Status.Message.ShouldBeWorded();
        world.Status.NextAction.ShouldBeWorded();

        world.RunUntil(() => world.Is("Stalled"), "it stalls");

        (world.Time.GetUtcNow() - began)
            .ShouldBeInRange(ArrivalTime.Length, ArrivalTime.Length + TimeSpan.FromSeconds(1));
        world.Events.All.Count(e => e.Reason == Reasons.SecretMissing).ShouldBe(1, "only the failure is reported");
        world.Truth.Findings.Clear();
        world.RunUntil(() => world.IsOver, "it continues once the Secret exists");
    }

    [Fact]
    public void Secret_that_arrives_in_time_leaves_no_failure()
    {
        var world = new ToyRunWorld { Truth = { Findings = { Missing } } }.Apply();
        world.RunUntil(() => world.ReasonOf("Reconciling") == Reasons.SecretMissing, "it waits");
        world.Truth.Findings.Clear();

        world.RunUntil(() => world.IsOver, "Succeeded");

        world.Events.All.ShouldAllBe(e => e.Reason != Reasons.SecretMissing);
    }

    [Fact]
    public void Other_finding_beside_a_missing_Secret_stalls_at_once()
    {
        var world = new ToyRunWorld
        {
            Truth = { Findings = { Missing, new Finding { Reason = Reasons.NoSpace, Message = "The disk is full." } } }
        }.Apply();
        var began = world.Time.GetUtcNow();

        world.RunUntil(() => world.Is("Stalled"), "Stalled");

        (world.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromSeconds(30));
        world.ReasonOf("Stalled").ShouldBe(Reasons.PreflightFailed);
    }

    [Fact]
    public void Secret_that_vanishes_later_stalls_at_once()
    {
        var world = new ToyRunWorld
        {
            Truth = { Findings = { new Finding { Reason = Reasons.NoSpace, Message = "The disk is full." } } }
        }.Apply();
        world.RunUntil(() => world.Is("Stalled"), "Stalled");
        world.RunFor(TimeSpan.FromMinutes(5));
        world.Truth.Findings.Clear();
        world.Truth.Findings.Add(Missing);

        world.RunUntil(() => world.ReasonOf("Ready") == Reasons.SecretMissing, "another finding");

        world.Is("Stalled").ShouldBeTrue();
    }
}
