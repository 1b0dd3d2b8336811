namespace Drydock.Tests.Unit.Databases.TiDb;

/// <summary>TiDB servers that only PD's etcd knows.</summary>
public sealed class RegisteredServersTests
{
    [Theory]
    [InlineData("/v3/kv/range")]
    [InlineData("/v3beta/kv/range")]
    [InlineData("/v3alpha/kv/range")]
    public void TiDB_on_hosts_of_its_own_is_found_in_etcd(string path)
    {
        var world = WithoutTiDb();
        world.Gateway = _ => path;

        var found = world.FindMembers(MemberSearch.Of("192.0.2.1", []));

        found.Findings.ShouldBeEmpty();
        found.Members.Where(m => m.Component == DatabaseComponent.TiDB)
            .Select(m => (m.Host, m.Port, m.StatusPort, m.FoundIn))
            .ShouldBe([("192.0.2.1", 4000, 10080, "PD's etcd"), ("192.0.2.2", 4000, 10080, "PD's etcd")]);
    }

    [Fact]
    public void Cluster_without_gateway_asks_for_one_TiDB()
    {
        var world = WithoutTiDb();
        world.Gateway = _ => null;

        world.FindMembers(MemberSearch.Of("192.0.2.1", [])).Findings.ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Gateway_that_does_not_answer_as_documented_asks_for_one_TiDB()
    {
        var world = WithoutTiDb();
        world.Answers = (method, _, path) => method == "POST" && path.EndsWith("/kv/range", StringComparison.Ordinal)
            ? (200, """{"kvs":[{"key":"x","value":"bm90IGpzb24="}]}""")
            : null;

        world.FindMembers(MemberSearch.Of("192.0.2.1", [])).Findings.ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Preflight_finds_TiDB_that_is_only_in_etcd_while_the_first_one_is_silent()
    {
        var world = new TiDbWorld(new TiDbWorldSetup { Tidbs = 3 });
        world.Upgrade = world.Upgrade with
        {
            Spec =
                world.Upgrade.Spec with { Instances = [.. world.Upgrade.Spec.Instances.Where(i => i.Name != "tidb-3")] }
        };
        world.Answers = (_, process, path) => path == "/info/all" ? (500, "shutting down") : null;

        world.Preflight().Findings.ShouldHaveSingleItem().Message.ShouldBeWorded();
    }

    [Fact]
    public void Preflight_without_gateway_compares_what_a_TiDB_reports_and_notes_it()
    {
        var world = new TiDbWorld { Gateway = _ => null };
        var result = world.Preflight();
        result.Findings.ShouldBeEmpty();
        result.Discovery!.Notes.ShouldContain(
            n => n.Contains("could not be read there: PD serves no gateway to it", StringComparison.Ordinal));

        world.Upgrade = world.Upgrade with
        {
            Spec =
                world.Upgrade.Spec with { Instances = [.. world.Upgrade.Spec.Instances.Where(i => i.Name != "tidb-2")] }
        };
        world.Preflight().Findings.ShouldContain(f => f.Reason == Reasons.InstancesDiffer
            && f.Message.Contains("(/info/all of tidb-1)", StringComparison.Ordinal));
    }

    // The processes run; the spec lists none of them.
    private static TiDbWorld WithoutTiDb()
    {
        var world = new TiDbWorld();
        world.Upgrade = world.Upgrade with
        {
            Spec = world.Upgrade.Spec with
            {
                DiscoverFrom = "192.0.2.1",
                Instances = [.. world.Upgrade.Spec.Instances.Where(i => i.Component != DatabaseComponent.TiDB)]
            }
        };
        return world;
    }
}
