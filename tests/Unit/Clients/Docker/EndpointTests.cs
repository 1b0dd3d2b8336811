using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class EndpointTests
{
    private static readonly SshMaterial Ssh = new("key\n"u8.ToArray(), "hosts\n"u8.ToArray());

    [Fact]
    public void Plain_tcp_is_refused_unless_insecure_is_set()
    {
        var endpoint = DockerEndpoint.Parse("tcp://192.0.2.1:2375");

        var refusal = Should.Throw<DockerEndpointException>(() => Create(endpoint));

        refusal.Message.ShouldContain("tcp://192.0.2.1:2375");
        refusal.Message.ShouldContain("insecure: true");
        Should.NotThrow(() => Create(endpoint with { Insecure = true }));
    }

    [Theory]
    [InlineData("http://h:1", "scheme 'http' is unknown")]
    [InlineData("tcp://u@h:1", "no user")]
    [InlineData("tcp://h:1/path", "no path")]
    [InlineData("tcp://u:canary@h:1", "a password in the address is not supported")]
    [InlineData("ssh://u@h", "known_hosts")]
    [InlineData("unix://", "path of the socket")]
    [InlineData(
        "unix:///a/path/that/is/longer/than/the/hundred/and/seven/bytes/that/linux/has/for/the/path/of/a/socket/and/"
        + "then/some.sock",
        "too long")]
    public void Unusable_endpoint_says_why_and_what_to_write(string address, string why)
    {
        var refusal =
            Should.Throw<DockerEndpointException>(() => Create(DockerEndpoint.Parse(address) with { Insecure = true }));

        refusal.Message.ShouldContain(why);
        refusal.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public void Unix_socket_is_refused_unless_allowed()
    {
        var refusal = Should.Throw<DockerEndpointException>(
            () => EngineTransport.Connector(
                DockerEndpoint.Parse("unix:///run/docker.sock"), new DockerClientOptions()));

        refusal.Message.ShouldContain("unix:///run/docker.sock");
        refusal.Message.ShouldContain("`--allow-unix-endpoints`");
        var allowed = new DockerClientOptions { Endpoints = EndpointPolicy.Create([], allowUnixSockets: true) };
        Should.NotThrow(
            () => EngineTransport.Connector(DockerEndpoint.Parse("unix:///run/docker.sock"), allowed).Dispose());
    }

    [Fact]
    public void Text_that_is_no_address_is_refused() =>
        Should.Throw<DockerEndpointException>(() => DockerEndpoint.Parse("oms-a")).Message.ShouldContain("oms-a");

    [Fact]
    public void Tls_material_and_insecure_contradict_each_other()
    {
        var (certificate, key) = Issue();

        Should.Throw<DockerEndpointException>(
            () =>
                Create(
                    DockerEndpoint.Parse(
                        "tcp://h:2376") with
                    {
                        Insecure = true,
                        Tls = new DockerTlsMaterial(certificate, certificate, key)
                    }))
            .Message.ShouldContain("contradict");
    }

    [Theory]
    [InlineData("ssh://-oProxyCommand=x@h")]
    [InlineData("ssh://h")]
    [InlineData("ssh://u@h/run/$(x)/docker.sock")]
    [InlineData("ssh://u%20v@h")]
    [InlineData("ssh://u%0A@h")]
    [InlineData("ssh://u@h/run/docker.sock%0A")]
    public void Ambiguous_ssh_address_is_refused(string address) =>
        Should.Throw<DockerEndpointException>(
            () => Create(DockerEndpoint.Parse(address) with { Ssh = Ssh })).Message.ShouldContain("ssh://user@host");

    [Fact]
    public void Ssh_arguments_trust_listed_hosts_only_and_hold_no_secret()
    {
        using var connector = (SshConnector)EngineTransport.Connector(
            DockerEndpoint.Parse("ssh://admin@oms-a:2222") with
            {
                Ssh = new("canary\n"u8.ToArray(), "canary\n"u8.ToArray()),
            },
            new DockerClientOptions());

        var arguments = connector.Command().ArgumentList;

        arguments.ShouldContain("StrictHostKeyChecking=yes");
        arguments.ShouldContain("GlobalKnownHostsFile=/dev/null");
        arguments.ShouldContain("BatchMode=yes");
        arguments.ShouldContain("IdentitiesOnly=yes");
        arguments.TakeLast(7).ShouldBe(["-p", "2222", "-l", "admin", "--", "oms-a", "docker system dial-stdio"]);
        string.Join(' ', arguments).ShouldNotContain("canary");
    }

    [Fact]
    public void A_remote_socket_can_be_named()
    {
        using var connector = (SshConnector)EngineTransport.Connector(
            DockerEndpoint.Parse("ssh://u@h/run/user/1000/docker.sock") with { Ssh = Ssh }, new DockerClientOptions());

        connector.Command().ArgumentList[^1]
            .ShouldBe("docker --host unix:///run/user/1000/docker.sock system dial-stdio");
    }

    [Theory]
    [InlineData("tcp://192.0.2.1:2376", "tcp://192.0.2.1:2376")]
    [InlineData("ssh://u@h", "ssh://u@h")]
    [InlineData("ssh://u:canary@h:22022", "ssh://u@h:22022")]
    [InlineData("ssh://u@h/run/podman/podman.sock", "ssh://u@h/run/podman/podman.sock")]
    [InlineData("unix:///run/docker.sock", "unix:///run/docker.sock")]
    public void An_endpoint_is_shown_without_secrets(string address, string shown) =>
        DockerEndpoint.Parse(address).DisplayName.ShouldBe(shown);

    [Theory]
    [InlineData("ca.crt", "tls.crt", "tls.key")]
    [InlineData("ca.pem", "cert.pem", "key.pem")]
    public void Tls_material_is_taken_under_either_set_of_names(string ca, string certificate, string key)
    {
        var material = DockerTlsMaterial.FromSecretData(
            new Dictionary<string, byte[]> { [ca] = [1], [certificate] = [2], [key] = [3] });

        material.CertificateAuthority.ShouldBe("\u0001");
        material.Certificate.ShouldBe("\u0002");
        material.PrivateKey.ShouldBe("\u0003");
    }

    [Fact]
    public void Missing_tls_material_is_named()
    {
        var refusal = Should.Throw<DockerEndpointException>(
            () =>
                DockerTlsMaterial.FromSecretData(
                    new Dictionary<string, byte[]> { ["cert.pem"] = "canary"u8.ToArray(), ["key.pem"] = [] }));

        refusal.Message.ShouldBeWorded();
        refusal.Message.ShouldNotContain("canary");
    }

    [Fact]
    public void Missing_ssh_material_is_named() =>
        Should.Throw<RemoteException>(
            () =>
                SshMaterial.FromSecretData(
                    new Dictionary<string, byte[]> { ["ssh-privatekey"] = "canary"u8.ToArray() }))
                        .Message.ShouldBeWorded();

    [Fact]
    public void Tls_material_without_pem_is_refused_and_hidden()
    {
        var (certificate, key) = Issue();
        var (_, otherKey) = Issue();
        var garbage = "canary garbage"u8.ToArray();

        foreach (var material in new[]
        {
            new DockerTlsMaterial(garbage, certificate, key), new(certificate, garbage, key),
            new(certificate, certificate, garbage), new(certificate, certificate, otherKey)
        })
        {
            var refusal = Should.Throw<DockerEndpointException>(
                () => Create(DockerEndpoint.Parse("tcp://h:2376") with { Tls = material }));
            refusal.ToString().ShouldNotContain("canary");
            refusal.Message.ShouldContain("TLS material");
        }
    }

    [Fact]
    public void Endpoints_with_same_content_are_equal()
    {
        var one = DockerEndpoint.Parse("tcp://h:1") with { Tls = new DockerTlsMaterial([1], [2], [3]) };
        var same = DockerEndpoint.Parse("tcp://h:1") with { Tls = new DockerTlsMaterial([1], [2], [3]) };
        var rotated = DockerEndpoint.Parse("tcp://h:1") with { Tls = new DockerTlsMaterial([1], [2], [4]) };

        one.ShouldBe(same);
        one.GetHashCode().ShouldBe(same.GetHashCode());
        one.ShouldNotBe(rotated);
        (DockerEndpoint.Parse("ssh://u@h") with { Ssh = new([1], [2]) }).ShouldBe(
            DockerEndpoint.Parse("ssh://u@h") with { Ssh = new([1], [2]) });
        (DockerEndpoint.Parse("ssh://u@h") with { Ssh = new([1], [2]) }).ShouldNotBe(
            DockerEndpoint.Parse("ssh://u@h") with { Ssh = new([1], [3]) });
    }

    [Theory]
    [InlineData(
        255,
        "No ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.",
        RemoteRefusal.HostKey)]
    [InlineData(255, "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @", RemoteRefusal.HostKey)]
    [InlineData(255, "u@h: Permission denied (publickey).", RemoteRefusal.Authentication)]
    [InlineData(255, "Received disconnect: Too many authentication failures", RemoteRefusal.Authentication)]
    [InlineData(255, "Load key \"x\": invalid format\nu@h: Permission denied (publickey).", RemoteRefusal.LocalClient)]
    [InlineData(255, "No user exists for uid 65532", RemoteRefusal.LocalClient)]
    [InlineData(255, "ssh: connect to host h port 22: Connection refused", RemoteRefusal.Connection)]
    [InlineData(255, "ssh: Could not resolve hostname h", RemoteRefusal.Connection)]
    [InlineData(255, "", RemoteRefusal.Connection)]
    [InlineData(127, "sh: docker: not found", RemoteRefusal.RemoteCommand)]
    [InlineData(
        1, "permission denied while trying to connect to the Docker daemon socket", RemoteRefusal.RemoteCommand)]
    public void Ssh_error_text_is_classified(int exitCode, string words, RemoteRefusal reason) =>
        SshErrors.Classify(exitCode, words).ShouldBe(reason);

    private static void Create(DockerEndpoint endpoint) =>
        EngineTransport.Connector(
            endpoint, new DockerClientOptions { Endpoints = EndpointPolicy.Unrestricted }).Dispose();

    private static (byte[] Certificate, byte[] Key) Issue()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate =
            new CertificateRequest("CN=unit", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddDays(1));
        return (
            Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()),
            Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
    }
}
