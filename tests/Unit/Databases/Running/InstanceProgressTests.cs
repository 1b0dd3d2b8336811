namespace Drydock.Tests.Unit.Databases;

public sealed class InstanceProgressTests
{
    private static readonly DatabaseRollingUpgradeSpec Spec = new() { FromVersion = "v2.1.19", ToVersion = "v3.0.9" };

    [Fact]
    public void Instances_of_the_wanted_version_are_counted_for_each_component() =>
        InstanceProgress.Of(Status("3.0.9", "3.0.9", "2.1.19"), Spec).ShouldBe("PD 1/1, TiKV 1/2");

    [Fact]
    public void Rollback_counts_instances_of_the_former_version() =>
        InstanceProgress.Of(Status("2.1.19", "3.0.9", "2.1.19") with { RollbackPlan = new StoredPlan().AsRun() }, Spec)
            .ShouldBe("PD 1/1, TiKV 1/2");

    [Fact]
    public void Before_instances_are_known_nothing_is_shown() =>
        InstanceProgress.Of(new DatabaseRollingUpgradeStatus(), Spec).ShouldBeNull();

    private static DatabaseRollingUpgradeStatus Status(string pd, string one, string two) => new()
    {
        Instances =
        [
            new DatabaseInstanceStatus { Name = "pd-1", Component = DatabaseComponent.PD, Version = pd },
            new DatabaseInstanceStatus { Name = "tikv-1", Component = DatabaseComponent.TiKV, Version = one },
            new DatabaseInstanceStatus { Name = "tikv-2", Component = DatabaseComponent.TiKV, Version = two },
        ],
    };
}
