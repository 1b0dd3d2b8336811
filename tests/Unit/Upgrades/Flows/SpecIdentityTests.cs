namespace Drydock.Tests.Unit.Upgrades;

/// <summary>Which identity fields were changed, and what they were, is known from the plan alone.</summary>
public sealed class SpecIdentityTests
{
    private static readonly OmsUpgradeSpec Spec = new()
    {
        FromVersion = "3.2.2",
        ToVersion = "4.2.2",
        Image = "oms:4.2.2",
        Regions =
        [
            new OmsRegion { Name = "cn", Nodes = [new OmsNode { Name = "a", HostIP = "192.0.2.1" }] },
        ],
        Container = new ContainerSpec { Env = [new EnvironmentVariable { Name = "KEY", Value = "s3cret" }] },
    };

    [Fact]
    public void Each_changed_field_is_named_with_both_values()
    {
        Changes(Spec with { ToVersion = "4.2.3", Edition = OmsEdition.Community }).ShouldBeWorded();
        Changes(Spec with
        {
            Regions = [Spec.Regions[0] with { Nodes = [Spec.Regions[0].Nodes[0] with { HostIP = "192.0.2.2" }] }]
        })
            .ShouldBeWorded();
    }

    [Fact]
    public void Values_of_environment_variables_are_not_kept()
    {
        Kept(Spec).Values.ShouldAllBe(v => !v.Contains("s3cret", StringComparison.Ordinal));
        var changes = Changes(Spec with
        {
            Container = new ContainerSpec { Env = [new EnvironmentVariable { Name = "KEY", Value = "0ther" }] }
        });
        changes.ShouldBeWorded();
        changes.ShouldNotContain("0ther");
    }

    [Fact]
    public void Large_field_is_kept_as_a_hash_and_still_compared()
    {
        var large = Spec with { Regions = [Spec.Regions[0] with { Nodes = Nodes(32) }] };
        Kept(large).Sum(f => f.Key.Length + f.Value.Length).ShouldBeLessThan(1024);
        Kept(large)["regions"].ShouldMatch("^hash [0-9a-f]{8}$");
        Changes(large with { Regions = [large.Regions[0] with { Nodes = Nodes(31) }] }, large)
            .ShouldMatch(@"^spec\.regions \(now hash \w{8}, in the plan hash \w{8}\)$");
        Changes(large with { Image = "oms:x" }, large).ShouldBeWorded();
    }

    [Fact]
    public void Many_changed_fields_are_counted_and_long_values_cut()
    {
        var changes = Changes(
            new OmsUpgradeSpec { Image = new string('i', 512), Regions = [Spec.Regions[0] with { Nodes = Nodes(8) }] });
        changes.ShouldEndWith(" more");
        changes.Length.ShouldBeLessThan(1200);
    }

    [Fact]
    public void Plan_of_an_older_operator_names_no_field() =>
        SpecIdentity.Changes(new StoredPlan().AsRun(), Of(Spec)).ShouldBeWorded();

    private static List<OmsNode> Nodes(int count) =>
        [.. Enumerable.Range(0, count).Select(
            i => new OmsNode { Name = $"n-{new string('x', 60)}-{i}", HostIP = $"192.0.2.{i}" })];

    private static SortedDictionary<string, string> Kept(OmsUpgradeSpec spec) => SpecIdentity.Of(Of(spec));

    private static JsonObject Of(OmsUpgradeSpec spec) => FieldClasses.Select(spec, FieldClass.Identity);

    private static string Changes(OmsUpgradeSpec now, OmsUpgradeSpec? then = null) =>
        SpecIdentity.Changes(new StoredPlan { Identity = Kept(then ?? Spec) }.AsRun(), Of(now));
}
