namespace Drydock.Tests.Unit.Oms;

/// <summary>What only the operator can refuse in a spec.</summary>
public sealed class SpecPreflightTests
{
    private static readonly Dictionary<string, (
        string Message, string Field, ContainerSpec Broken, ContainerSpec Near)> Cases = new(StringComparer.Ordinal)
        {
            ["a host without an address"] = (
            "An entry of container.extraHosts", "extraHosts", new() { ExtraHosts = ["metadb:1.2.3.4.5"] },
            new() { ExtraHosts = ["metadb:192.0.2.1", "metadb:2001:db8::1", "gateway:host-gateway"] }),
            ["a mount of OMS"] = (
            "container.binds must not replace", "binds", new() { Binds = ["/x:/home/ds/store:rw"] },
            new() { Binds = ["/x:/home/ds/stores"] }),
            ["a certificate"] = (
            "container.binds must not replace", "binds", new() { Binds = ["/x:/etc/pki/nginx/oms_server.key"] },
            new() { Binds = ["/x:/etc/pki/nginx/other.key"] }),
            ["one place twice"] = (
            "container.binds must not name", "binds", new() { Binds = ["/a:/x", "/b:/x/:ro"] },
            new() { Binds = ["/a:/x", "/b:/x/y"] }),
            ["one label twice"] =
            ("container.labels must not", "labels", new() { Labels = ["a=1", "a"] }, new() { Labels = ["a=1", "b=1"] }),
            ["one option twice"] = (
            "container.logConfig.options must not", "logConfig.options", Log("max-size=1m", "max-size=2m"),
            Log("max-size=1m", "max-file=2")),
            ["a grace as long as the timeout"] = (
            "container.stopGrace must be shorter", "stopGrace", new() { StopGrace = "600s" },
            new() { StopGrace = "599s" }),
        };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Contradiction_is_refused_for_all_nodes_and_for_one(string name)
    {
        var (message, field, broken, near) = Cases[name];

        Finds(Container(broken, null), message, $"spec.container.{field}");
        Finds(Container(null, broken), message, $"spec.regions[default].nodes[oms-a].container.{field}");
        OmsSpecPreflight.Check(Container(near, near)).ShouldBeEmpty();
    }

    [Fact]
    public void Found_container_with_the_name_of_the_new_one_is_refused()
    {
        var spec = Nodes(
            "unix:///{name}.sock", Node("a") with { CurrentContainer = "oms" },
            Node("b") with { CurrentContainer = "old" });

        Finds(
            spec with { NewContainer = "oms" }, "On a newContainer and currentContainer are both oms.",
            "spec.regions[default].nodes[a].newContainer");
        OmsSpecPreflight.Check(spec with { NewContainer = "new" }).ShouldBeEmpty();
    }

    [Fact]
    public void Endpoint_without_placeholder_is_for_one_node_only()
    {
        Finds(
            Nodes("unix:///d.sock", Node("a"), Node("b")), "spec.docker.endpoint leads a and b to the same dockerd.",
            "spec.docker.endpoint");
        OmsSpecPreflight.Check(Nodes(
            "unix:///d.sock", Node("a"), Node("b") with { Docker = new DockerAccess { Endpoint = "unix:///b.sock" } }))
            .ShouldBeEmpty();
        OmsSpecPreflight.Check(Nodes("unix:///{name}.sock", Node("a"), Node("b"))).ShouldBeEmpty();
    }

    [Fact]
    public void More_nodes_than_a_plan_can_hold_are_refused()
    {
        OmsNode[] most = [.. Enumerable.Range(0, SchemaLimits.AllNodes).Select(i => Node($"n{i}"))];

        Finds(Nodes("unix:///{name}.sock", [.. most, Node("more")]), "The upgrade has 33 nodes.", "spec.regions");
        OmsSpecPreflight.Check(Nodes("unix:///{name}.sock", most)).ShouldBeEmpty();
    }

    [Fact]
    public void Spec_stored_before_a_rule_existed_stalls_with_a_finding()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world.Apply(spec => spec with { Regions = [], Docker = null, Backup = new BackupSpec() });

        world.RunToStall();

        world.Status.Findings.ShouldNotBeEmpty();
        world.Status.Plan.ShouldBeNull();
        world.Done.ShouldBeEmpty();
    }

    private static void Finds(OmsUpgradeSpec spec, string message, string field)
    {
        var finding = OmsSpecPreflight.Check(spec).ShouldHaveSingleItem();
        (finding.Reason, finding.Field).ShouldBe((Reasons.InvalidSpec, field));
        finding.Message.ShouldStartWith(message);
    }

    private static OmsUpgradeSpec Container(ContainerSpec? all, ContainerSpec? one)
    {
        var spec = new OmsWorld().Spec();
        var (region, node) = (spec.Regions[0], spec.Regions[0].Nodes[0]);
        return spec with
        {
            Container = all ?? new ContainerSpec(),
            Regions = [region with { Nodes = [node with { Container = one }, .. region.Nodes.Skip(1)] }],
        };
    }

    private static OmsUpgradeSpec Nodes(string endpoint, params OmsNode[] nodes) =>
        new() { Docker = new DockerAccess { Endpoint = endpoint }, Regions = [new OmsRegion { Nodes = [.. nodes] }] };

    private static OmsNode Node(string name) => new() { Name = name, HostIP = name };

    private static ContainerSpec Log(params string[] options) =>
        new() { LogConfig = new LogConfigSpec { Driver = "json-file", Options = [.. options] } };
}
