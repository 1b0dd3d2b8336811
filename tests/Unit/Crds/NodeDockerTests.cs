namespace Drydock.Tests.Unit.Crds;

/// <summary>spec.docker, its placeholders, and nodes that say otherwise.</summary>
public sealed class NodeDockerTests
{
    private static readonly SecretReference Secret = new() { Name = "s" };

    [Theory]
    [InlineData("ssh://drydock@{hostIP}", "192.0.2.216", "ssh://drydock@192.0.2.216")]
    [InlineData(
        "ssh://drydock@{hostIP}:2222/run/docker.sock", "192.0.2.216", "ssh://drydock@192.0.2.216:2222/run/docker.sock")]
    [InlineData("tcp://{hostIP}:2376", "2001:db8::5", "tcp://[2001:db8::5]:2376")]
    [InlineData("tcp://[{hostIP}]:2376", "2001:db8::5", "tcp://[2001:db8::5]:2376")]
    [InlineData("ssh://drydock@{name}.oms.example", "192.0.2.216", "ssh://drydock@oms-a.oms.example")]
    [InlineData("unix:///run/hosts/{name}/docker.sock", "192.0.2.216", "unix:///run/hosts/oms-a/docker.sock")]
    [InlineData("unix:///run/{hostIP}.sock", "2001:db8::5", "unix:///run/2001:db8::5.sock")]
    [InlineData("tcp://192.0.2.9:2376", "192.0.2.216", "tcp://192.0.2.9:2376")]
    public void Placeholders_are_filled_in_from_the_node(string endpoint, string hostIP, string expected)
    {
        var node = new OmsNode { Name = "oms-a", HostIP = hostIP };

        NodeDocker.Of(new OmsUpgradeSpec { Docker = new DockerAccess { Endpoint = endpoint } }, node)!.Endpoint
            .ShouldBe(expected);
        NodeDocker.Of(new OmsUpgradeSpec(), node with { Docker = new DockerAccess { Endpoint = endpoint } })!.Endpoint
            .ShouldBe(expected);
    }

    [Fact]
    public void Docker_of_a_node_replaces_the_default_as_a_whole()
    {
        var spec = new OmsUpgradeSpec
        {
            Docker = new DockerAccess
            {
                Endpoint = "ssh://u@{hostIP}",
                SshSecretRef = Secret,
                Become = Become.Sudo,
                Jump = new JumpHost { Host = "b", User = "ops" }
            },
        };
        var own = new DockerAccess { Endpoint = "tcp://{hostIP}:2375", Insecure = true };

        NodeDocker.Of(spec, new OmsNode { HostIP = "192.0.2.1", Docker = own })
            .ShouldBe(own with { Endpoint = "tcp://192.0.2.1:2375" });
        NodeDocker.FieldOf(new OmsNode { Name = "a", Docker = own }, "r").ShouldBe("spec.regions[r].nodes[a].docker");
        NodeDocker.FieldOf(new OmsNode { Name = "a" }, "r").ShouldBe("spec.docker");
    }
}
