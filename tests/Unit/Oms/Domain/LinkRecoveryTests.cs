namespace Drydock.Tests.Unit.Oms;

/// <summary>The tables of the guides for 3.3.1, and for 4.0.0 and later
/// (docs/project/research/oms.md#after-the-upgrade).</summary>
public sealed class LinkRecoveryTests
{
    [Theory]
    [InlineData(
        "3.3.1", nameof(ProjectKind.Migration), "RUNNING", "starts its JDBCWriter and creates a new Store", null)]
    [InlineData("3.3.1", nameof(ProjectKind.Migration), "FAILED", "Recover the link", null)]
    [InlineData("3.3.1", nameof(ProjectKind.Synchronization), "RUNNING", "starts its Connector", "Full-Import")]
    [InlineData(
        "3.3.1", nameof(ProjectKind.Synchronization), "SUSPEND", "starts its Connector. Recover the link", null)]
    [InlineData("3.3.1", nameof(ProjectKind.Migration), "SUSPEND", "does not say", null)]
    [InlineData("4.0.0", nameof(ProjectKind.Synchronization), "SUSPEND", "stays so, with a new Store", "starts its")]
    [InlineData("4.0.0", nameof(ProjectKind.Migration), "SUSPEND", "stays so, with a new Store", "does not say")]
    [InlineData("4.1.0", nameof(ProjectKind.Migration), "RUNNING", "starts its JDBCWriter", "Full-Import")]
    [InlineData(
        "4.1.0", nameof(ProjectKind.Synchronization), "FAILED", "starts its Connector and creates a new Store", null)]
    [InlineData("4.2.0", nameof(ProjectKind.Migration), "SUSPEND", "stays so, with a new Store", "starts its")]
    [InlineData("4.2.0", nameof(ProjectKind.Synchronization), "RUNNING", "starts its Incr-Sync", null)]
    [InlineData("4.2.2", nameof(ProjectKind.Migration), "RUNNING", "Full-Import must be resumed", "JDBCWriter")]
    [InlineData("4.2.2", nameof(ProjectKind.Synchronization), "SUSPEND", "a new Store", "starts its")]
    [InlineData("4.2.2", nameof(ProjectKind.Migration), "FAILED", "Recover the link", null)]
    [InlineData("4.2.2-bp1", nameof(ProjectKind.Migration), "running_merging", "Incr-Sync", null)]
    public void Link_advice_with_high_availability_depends_on_version_and_status(
        string target, string kind, string status, string says, string? saysNot)
    {
        var advice = LinkRecovery.Of(Links(target), Enum.Parse<ProjectKind>(kind), status, highAvailabilityOn: true)
            .ShouldNotBeNull();

        advice.ShouldContain(says);
        if (saysNot is not null)
        {
            advice.ShouldNotContain(saysNot);
        }
    }

    [Theory]
    [InlineData("3.3.1-ce", nameof(ProjectKind.Migration), "RUNNING", "Start its Store and JDBCWriter")]
    [InlineData("4.2.2", nameof(ProjectKind.Synchronization), "RUNNING", "Start its Store and Incr-Sync")]
    [InlineData("4.2.2", nameof(ProjectKind.Synchronization), "SUSPEND", "before Incr-Sync is resumed")]
    [InlineData("3.3.1", nameof(ProjectKind.Migration), "FAILED", "Recover the link")]
    public void Link_advice_without_high_availability_names_manual_start_or_recovery(
        string target, string kind, string status, string says) =>
        LinkRecovery.Of(Links(target), Enum.Parse<ProjectKind>(kind), status, highAvailabilityOn: false)
            .ShouldNotBeNull().ShouldContain(says);

    [Theory]
    [InlineData("FINISHED")]
    [InlineData("INIT")]
    [InlineData("RELEASED")]
    [InlineData("DELETED")]
    public void Project_without_a_live_link_gets_no_advice(string status) =>
        LinkRecovery.Of(Links("3.3.1"), ProjectKind.Migration, status, highAvailabilityOn: true).ShouldBeNull();

    private static LinkFacts Links(string target) =>
        OmsVersionData.Of(OmsEdition.Community).Procedure(OmsVersion.Parse(target)).Links();
}
