using System.Text;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.CoreTypes;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Lab;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Kubernetes;

/// <summary>Ways of proving who we are, and connections that fail, on a real API server.</summary>
public sealed class ConnectionTests(LabFixture lab) : IAsyncLifetime
{
    private readonly Lab.ScratchFolder _folder = new();
    private KubeWorld _world = null!;
    private LabRun _run = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _run = await lab.RunAsync();
        _world = await KubeWorld.CreateAsync(await lab.ControlPlaneAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _world.Dispose();
        await _folder.DisposeAsync();
    }

    [Fact]
    public async Task An_exec_plugin_gives_the_token()
    {
        await File.WriteAllTextAsync(_folder.File("token.json"), $$$"""{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"{{{_world.Plane.AdminToken}}}"}}""", Token);
        using var client = ClientWith($"exec: {{apiVersion: client.authentication.k8s.io/v1beta1, command: cat, args: [{_folder.File("token.json")}]}}");

        (await client.ListAsync<V1Namespace>(cancellationToken: Token)).Items.ShouldContain(n => n.Metadata.Name == _world.Namespace);
    }

    [Fact]
    public async Task A_rotated_token_file_is_read_again_when_the_server_refuses_the_old_token()
    {
        await File.WriteAllTextAsync(_folder.File("token"), "expired", Token);
        using var client = ClientWith($"tokenFile: {_folder.File("token")}");
        await Should.ThrowAsync<KubernetesUnauthorizedException>(() => client.GetAsync<V1Namespace>("default", cancellationToken: Token));

        await File.WriteAllTextAsync(_folder.File("token"), _world.Plane.AdminToken, Token);

        (await client.GetAsync<V1Namespace>("default", cancellationToken: Token))!.Status!.Phase.ShouldBe("Active");
    }

    [Fact]
    public async Task A_client_certificate_is_enough()
    {
        var credentials = _run.Authority.Issue(_folder.Path, "client", "drydock-test", "system:masters");
        using var client = ClientWith($"{{client-certificate: {credentials.CertificatePath}, client-key: {credentials.KeyPath}}}");

        (await client.GetAsync<V1Namespace>("default", cancellationToken: Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_server_signed_by_another_authority_is_not_spoken_to()
    {
        using var other = new LabCertificateAuthority("somebody-else");
        using var client = ClientWith($"token: {_world.Plane.AdminToken}", authority: other.CertificatePem);

        var error = await Should.ThrowAsync<KubernetesUnreachableException>(() => client.CreateAsync(Map("a"), Token));

        error.ToString().ShouldNotContain(_world.Plane.AdminToken);
    }

    [Fact]
    public async Task The_name_in_the_servers_certificate_can_be_given_and_is_checked()
    {
        using var right = ClientWith($"token: {_world.Plane.AdminToken}", cluster: "tls-server-name: kubernetes.default.svc");
        using var wrong = ClientWith($"token: {_world.Plane.AdminToken}", cluster: "tls-server-name: not.its.name");

        (await right.GetAsync<V1Namespace>("default", cancellationToken: Token)).ShouldNotBeNull();
        await Should.ThrowAsync<KubernetesUnreachableException>(() => wrong.GetAsync<V1Namespace>("default", cancellationToken: Token));
    }

    [Theory]
    [InlineData(FaultSide.Before, false)]
    [InlineData(FaultSide.After, true)]
    public async Task A_write_cut_off_is_of_unknown_outcome_and_never_sent_twice(FaultSide side, bool carriedOut)
    {
        await using var proxy = new KubeFaultProxy(_run, _world.Plane);
        using var client = KubeWorld.ClientFor(proxy.WriteAdminKubeconfig(_folder.File("proxy.kubeconfig")));
        proxy.Ledger.At(1, side, FaultAction.Cut);

        await Should.ThrowAsync<KubernetesOutcomeUnknownException>(() => client.CreateAsync(Map("a"), Token));

        proxy.Ledger.Acts.Count.ShouldBe(1);
        ((await _world.Client.GetAsync<V1ConfigMap>("a", _world.Namespace, Token)) is not null).ShouldBe(carriedOut);
    }

    [Fact]
    public async Task A_server_that_no_longer_answers_gives_an_unknown_outcome_in_time()
    {
        await using var proxy = new KubeFaultProxy(_run, _world.Plane);
        using var client = KubeWorld.ClientFor(proxy.WriteAdminKubeconfig(_folder.File("proxy.kubeconfig")), new KubernetesClientOptions { RequestTimeout = TimeSpan.FromSeconds(1) });
        await client.GetAsync<V1Namespace>("default", cancellationToken: Token);
        proxy.Freeze();

        await Should.ThrowAsync<KubernetesOutcomeUnknownException>(() => client.CreateAsync(Map("a"), Token));

        proxy.Thaw();
        (await client.GetAsync<V1Namespace>("default", cancellationToken: Token)).ShouldNotBeNull();
    }

    private V1ConfigMap Map(string name) => new() { Metadata = new() { Name = name, Namespace = _world.Namespace } };

    private KubernetesClient ClientWith(string user, string? authority = null, string cluster = "")
    {
        var path = _folder.File(LabFixture.UniqueName("config"));
        File.WriteAllText(path, $"""
            current-context: x
            clusters:
            - name: c
              cluster:
                server: {_world.Plane.Server}
                certificate-authority-data: {Convert.ToBase64String(Encoding.ASCII.GetBytes(authority ?? _world.Plane.AuthorityPem))}
                {cluster}
            users:
            - name: u
              user:
                {user}
            contexts:
            - name: x
              context: {"{cluster: c, user: u}"}
            """);
        return KubeWorld.ClientFor(path, new KubernetesClientOptions { RetryDelay = TimeSpan.FromMilliseconds(10) });
    }
}
