namespace Drydock.Tests.Unit.Databases;

/// <summary>A manifest need not say the version that runs: preflight finds it.</summary>
public sealed class FoundVersionTests
{
    [Theory]
    [InlineData("YugabyteDB")]
    [InlineData("TiDB")]
    public void Plan_without_fromVersion_is_shown_and_carried_out(string engine)
    {
        var run = engine == "TiDB" ? new EngineRunWorld(new TiDbWorld()) : new EngineRunWorld(new YugaWorld());
        run.Apply(s => s with { FromVersion = "", Approval = ApprovalPolicy.Manual, HoldBefore = null });
        run.RunUntil(() => run.Is("Held"), "the plan");
        run.Status.Summary.ShouldNotBeNull();
        run.Status.Holds.ShouldHaveSingleItem().Consent.ShouldNotBeNull();
        run.Status.FromVersion.ShouldNotBeNull().ShouldNotBeEmpty();
    }
}
