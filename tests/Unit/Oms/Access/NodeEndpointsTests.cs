namespace Drydock.Tests.Unit.Oms;

/// <summary>From spec.docker and Secrets to the endpoint of a node.</summary>
public sealed class NodeEndpointsTests
{
    private static readonly SecretReference Hosts = new() { Name = "hosts" };
    private static readonly DockerAccess Ssh = new() { Endpoint = "ssh://drydock@{hostIP}", SshSecretRef = Hosts };

    [Fact]
    public void Sudo_and_jump_host_reach_the_client_with_their_material()
    {
        var jump = new JumpHost
        {
            Host = "bastion.example",
            User = "ops",
            Port = 2222,
            SshSecretRef = new SecretReference { Name = "bastion" }
        };

        var endpoint = Of(Ssh with { Become = Become.Sudo, Jump = jump });

        (endpoint.DisplayName, endpoint.AsRoot).ShouldBe(("ssh://drydock@192.0.2.216", true));
        endpoint.Jump.ShouldNotBeNull().Endpoint.ToString().ShouldBe("ops@bastion.example:2222");
        endpoint.Jump.Material.ShouldBe(new([.. "key of bastion"u8], [.. "hosts of bastion"u8]));
        endpoint.Ssh.ShouldBe(new([.. "key of hosts"u8], [.. "hosts of hosts"u8]));
        endpoint.ToString().ShouldNotContain("key of");
    }

    [Fact]
    public void Jump_host_without_a_Secret_has_that_of_the_hosts() =>
        Of(Ssh with { Jump = new JumpHost { Host = "b", User = "ops" } }).Jump!.Material.ShouldBe(Of(Ssh).Ssh);

    [Theory]
    [InlineData("none")]
    [InlineData("empty")]
    public void Missing_Secret_of_jump_host_is_named(string secret)
    {
        var jump = new JumpHost { Host = "b", User = "ops", SshSecretRef = new SecretReference { Name = secret } };

        Should.Throw<DockerEndpointException>(() => Of(Ssh with { Jump = jump })).Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("169.254.169.254", "link-local")]
    public async Task Refused_address_is_refused_after_filling_in(string hostIP, string kind)
    {
        foreach (var docker in new[] { Ssh, new DockerAccess { Endpoint = "tcp://{hostIP}:2375", Insecure = true } })
        {
            await using var client = new DockerClient(Of(docker, hostIP));

            (await Should.ThrowAsync<DockerEndpointException>(() => client.System.PingAsync()))
                .Message.ShouldBeWorded(kind);
        }
    }

    [Fact]
    public async Task Jump_host_is_what_the_operator_connects_to()
    {
        var options = new DockerClientOptions
        {
            SshProgram = "/bin/false",
            ReadRetries = 0,
            Endpoints = EndpointPolicy.Create(["192.0.2.0/24"], false)
        };
        var local = Ssh with { Jump = new JumpHost { Host = "127.0.0.1", User = "ops" } };
        await using var refused = new DockerClient(Of(local), options);
        await using var tried = new DockerClient(
            Of(Ssh with { Jump = new JumpHost { Host = "192.0.2.1", User = "ops" } }, "127.0.0.1"), options);

        (await Should.ThrowAsync<DockerEndpointException>(() => refused.System.PingAsync())).Message.ShouldBeWorded();

        // The jump host's own loopback is no address of the operator's.
        await Should.ThrowAsync<DockerSshException>(() => tried.System.PingAsync());
    }

    [Fact]
    public void Node_without_any_access_is_refused_by_name() =>
        Should.Throw<DockerEndpointException>(() => Of(null)).Message.ShouldContain("oms-a");

    private static DockerEndpoint Of(DockerAccess? docker, string hostIP = "192.0.2.216")
    {
        var upgrade = new OmsUpgrade
        {
            Metadata = new V1ObjectMeta { Name = "up", Namespace = "oms" },
            Spec = new OmsUpgradeSpec { Docker = docker }
        };
        var secrets = new[] { "hosts", "bastion" }.ToDictionary(name => name, Secret, StringComparer.Ordinal);
        secrets["empty"] = new V1Secret { Data = new Dictionary<string, byte[]>() };
        return new NodeEndpoints(upgrade, new UsedSecrets(secrets)).Of(new OmsNode { Name = "oms-a", HostIP = hostIP });
    }

    private static V1Secret? Secret(string name) =>
        new() { Data = OmsWorld.Bytes(("ssh-privatekey", $"key of {name}"), ("known_hosts", $"hosts of {name}")) };
}
