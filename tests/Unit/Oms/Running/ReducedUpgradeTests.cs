namespace Drydock.Tests.Unit.Oms;

/// <summary>What a cache keeps of a finished upgrade of two nodes, as the operator itself writes it.</summary>
public sealed class ReducedUpgradeTests
{
    private readonly OmsUpgrade _whole;
    private readonly OmsUpgrade _reduced;

    public ReducedUpgradeTests()
    {
        var world = new OmsWorld().Apply();
        world.RunToSuccess();
        _whole = world.Api.All<OmsUpgrade>().Single();
        _reduced = _whole with
        {
            IsReduced = true,
            Metadata = ReducedObject.Metadata(_whole.Metadata),
            Status = ((OmsUpgrade)new OmsUpgradeKind(null!).Form.Reduce(_whole)).Status,
        };
    }

    [Fact]
    public void Metrics_read_the_same_from_the_reduced_copy()
    {
        var (whole, reduced) = (OmsUpgradeSample.Sampling.Read(_whole), OmsUpgradeSample.Sampling.Read(_reduced));

        Report(reduced).ShouldBe(Report(whole));
        reduced.Active!.Steps.CountBy(s => s.State).ShouldBe(whole.Active!.Steps.CountBy(s => s.State));
        reduced.Plans.Select(p => (p.Hash, p.Number, p.Id)).ShouldBe(whole.Plans.Select(p => (p.Hash, p.Number, p.Id)));
        foreach (var type in whole.Status!.Conditions.Select(c => c.Type))
        {
            (reduced.Find(type)! with { Message = whole.Find(type)!.Message }).ShouldBe(whole.Find(type));
        }
    }

    [Fact]
    public void Reduced_copy_needs_no_Secret() => OmsUpgradeController.ReferencedSecrets(_reduced).ShouldBeEmpty();

    [Fact]
    public void Reduced_status_is_a_small_part_of_the_whole()
    {
        // Steps of one state are one object, whatever the upgrade.
        _reduced.Status!.Plan!.Steps.Distinct(ReferenceEqualityComparer.Instance).Count()
            .ShouldBe(_whole.Status!.Plan!.Steps.Select(s => s.State).Distinct().Count());
        Length(_reduced.Status with { Plans = [] }).ShouldBeLessThan(Length(_whole.Status) / 5);
    }

    private static object Report(RunSample run) => (
        (run.Kind, run.From, run.To, run.Phase, run.Reason, run.Result),
        (
            run.HasEnded, run.EndedAt, run.PhaseSince, run.DowntimeSince, run.Downtime, run.Status!.StartedAt,
            run.Attempt),
        (run.Run!.Findings.Count, run.Run.ActionRequired.Count, run.Run.Target?.Claim));

    private static int Length(OmsUpgradeStatus status) =>
        JsonSerializer.Serialize(status, CrdsJsonContext.Default.OmsUpgradeStatus).Length;
}
