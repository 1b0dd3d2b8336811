using Drydock.Crds.Common;
using Drydock.Crds.OmsUpgrades;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Crds;

/// <summary>spec.docker, its placeholders, and nodes that say otherwise.</summary>
public sealed class NodeDockerTests
{
    private static readonly SecretReference Secret = new() { Name = "s" };

    [Theory]
    [InlineData("ssh://drydock@{hostIP}", "192.0.2.216", "ssh://drydock@192.0.2.216")]
    [InlineData("ssh://drydock@{hostIP}:2222/run/docker.sock", "192.0.2.216", "ssh://drydock@192.0.2.216:2222/run/docker.sock")]
    [InlineData("tcp://{hostIP}:2376", "2001:db8::5", "tcp://[2001:db8::5]:2376")]
    [InlineData("tcp://[{hostIP}]:2376", "2001:db8::5", "tcp://[2001:db8::5]:2376")]
    [InlineData("ssh://drydock@{name}.oms.example", "192.0.2.216", "ssh://drydock@oms-a.oms.example")]
    [InlineData("unix:///run/hosts/{name}/docker.sock", "192.0.2.216", "unix:///run/hosts/oms-a/docker.sock")]
    [InlineData("unix:///run/{hostIP}.sock", "2001:db8::5", "unix:///run/2001:db8::5.sock")]
    [InlineData("tcp://192.0.2.9:2376", "192.0.2.216", "tcp://192.0.2.9:2376")]
    public void Placeholders_are_filled_in_from_the_node(string endpoint, string hostIP, string expected)
    {
        var node = new OmsNode { Name = "oms-a", HostIP = hostIP };

        NodeDocker.Of(new OmsUpgradeSpec { Docker = new DockerAccess { Endpoint = endpoint } }, node)!.Endpoint.ShouldBe(expected);
        NodeDocker.Of(new OmsUpgradeSpec(), node with { Docker = new DockerAccess { Endpoint = endpoint } })!.Endpoint.ShouldBe(expected);
    }

    [Fact]
    public void Docker_of_a_node_replaces_the_default_as_a_whole()
    {
        var spec = new OmsUpgradeSpec
        {
            Docker = new DockerAccess { Endpoint = "ssh://u@{hostIP}", SshSecretRef = Secret, Become = Become.Sudo, Jump = new JumpHost { Host = "b", User = "ops" } },
        };
        var own = new DockerAccess { Endpoint = "tcp://{hostIP}:2375", Insecure = true };

        NodeDocker.Of(spec, new OmsNode { HostIP = "192.0.2.1", Docker = own }).ShouldBe(own with { Endpoint = "tcp://192.0.2.1:2375" });
        NodeDocker.FieldOf(new OmsNode { Name = "a", Docker = own }, "r").ShouldBe("spec.regions[r].nodes[a].docker");
        NodeDocker.FieldOf(new OmsNode { Name = "a" }, "r").ShouldBe("spec.docker");
    }

    [Fact]
    public void Node_that_nothing_says_how_to_reach_is_refused()
    {
        Findings(null, Node("a")).ShouldBe([(RuleMessages.NodeNeedsDocker, "spec.regions[default].nodes[a].docker")]);
        Findings(null, Node("a", "unix:///a.sock")).ShouldBeEmpty();
        Findings("unix:///{name}.sock", Node("a")).ShouldBeEmpty();
    }

    [Fact]
    public void Endpoint_without_placeholder_is_for_one_node_only()
    {
        Findings("unix:///d.sock", Node("a"), Node("b")).ShouldBe([(RuleMessages.SharedEndpoint, "spec.docker.endpoint")]);
        Findings("unix:///d.sock", Node("a"), Node("b", "unix:///b.sock")).ShouldBeEmpty();
        Findings("unix:///{name}.sock", Node("a"), Node("b")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("unix:///{ip}.sock")]
    [InlineData("unix:///{hostIP.sock")]
    [InlineData("unix:///{NAME}{name}.sock")]
    [InlineData("unix:///}{name}.sock")]
    public void Other_braces_in_an_endpoint_are_refused(string endpoint)
    {
        Findings("unix:///{name}.sock", Node("a", endpoint)).ShouldBe([(RuleMessages.Placeholders, "spec.regions[default].nodes[a].docker.endpoint")]);
        Findings(endpoint, Node("a")).ShouldBe([(RuleMessages.Placeholders, "spec.docker.endpoint")]);
    }

    [Fact]
    public void Become_and_jump_host_need_an_ssh_endpoint()
    {
        var docker = new DockerAccess { Endpoint = "unix:///{name}.sock" };
        Of(docker with { Become = Become.Sudo }).ShouldBe([(RuleMessages.OnlyForSsh, "spec.docker")]);
        Of(docker with { Jump = new JumpHost() }).ShouldBe([(RuleMessages.OnlyForSsh, "spec.docker")]);
        Of(docker with { Endpoint = "ssh://u@{hostIP}", SshSecretRef = Secret, Become = Become.Sudo, Jump = new JumpHost() }).ShouldBeEmpty();
    }

    private static OmsNode Node(string name, string? endpoint = null) =>
        new() { Name = name, HostIP = name, Docker = endpoint is null ? null : new DockerAccess { Endpoint = endpoint } };

    private static IEnumerable<(string? Message, string? Field)> Findings(string? endpoint, params OmsNode[] nodes) =>
        Of(endpoint is null ? null : new DockerAccess { Endpoint = endpoint }, nodes);

    private static IEnumerable<(string? Message, string? Field)> Of(DockerAccess? docker, params OmsNode[] nodes)
    {
        var spec = new OmsUpgradeSpec
        {
            FromVersion = "1",
            ToVersion = "2",
            CurrentContainer = "old",
            NewContainer = "new",
            Docker = docker,
            Regions = [new OmsRegion { Nodes = [.. nodes.DefaultIfEmpty(Node("a"))] }],
        };
        return OmsUpgradeValidation.Validate(spec).Where(f => f.Field?.Contains("docker", StringComparison.Ordinal) == true).Select(f => ((string?)f.Message, f.Field));
    }
}
