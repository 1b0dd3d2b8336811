using Drydock.Clients.Kubernetes.Errors;

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
    public async Task Exec_credential_plugin_provides_token()
    {
        await File.WriteAllTextAsync(
            _folder.File("token.json"),
            $$$"""{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"{{{_world.Plane.AdminToken}}}"}}""",
            Token);
        using var client = ClientWith(
            "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: cat, args: "
            + $"[{_folder.File("token.json")}]}}");

        (await client.ListAsync<V1Namespace>(cancellationToken: Token)).Items
            .ShouldContain(n => n.Metadata.Name == _world.Namespace);
    }

    [Fact]
    public async Task Rotated_token_file_is_read_again_after_refusal()
    {
        await File.WriteAllTextAsync(_folder.File("token"), "expired", Token);
        using var client = ClientWith($"tokenFile: {_folder.File("token")}");
        await Should.ThrowAsync<KubernetesUnauthorizedException>(
            () => client.GetAsync<V1Namespace>("default", cancellationToken: Token));

        await File.WriteAllTextAsync(_folder.File("token"), _world.Plane.AdminToken, Token);

        (await client.GetAsync<V1Namespace>("default", cancellationToken: Token))!.Status!.Phase.ShouldBe("Active");
    }

    [Fact]
    public async Task Client_certificate_authenticates_without_token()
    {
        var credentials = _run.Authority.Issue(_folder.Path, "client", "drydock-test", "system:masters");
        using var client = ClientWith(
            $"{{client-certificate: {credentials.CertificatePath}, client-key: {credentials.KeyPath}}}");

        (await client.GetAsync<V1Namespace>("default", cancellationToken: Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Server_of_foreign_authority_is_refused_without_showing_token()
    {
        using var other = new LabCertificateAuthority("somebody-else");
        using var client = ClientWith($"token: {_world.Plane.AdminToken}", authority: other.CertificatePem);

        var error = await Should.ThrowAsync<KubernetesUnreachableException>(() => client.CreateAsync(Map("a"), Token));

        error.ToString().ShouldNotContain(_world.Plane.AdminToken);
    }

    [Fact]
    public async Task Tls_server_name_is_configurable_and_checked()
    {
        using var right = ClientWith(
            $"token: {_world.Plane.AdminToken}", cluster: "tls-server-name: kubernetes.default.svc");
        using var wrong = ClientWith($"token: {_world.Plane.AdminToken}", cluster: "tls-server-name: not.its.name");

        (await right.GetAsync<V1Namespace>("default", cancellationToken: Token)).ShouldNotBeNull();
        await Should.ThrowAsync<KubernetesUnreachableException>(
            () => wrong.GetAsync<V1Namespace>("default", cancellationToken: Token));
    }

    [Theory]
    [InlineData(FaultSide.Before, false)]
    [InlineData(FaultSide.After, true)]
    public async Task Cut_write_has_unknown_outcome_and_is_sent_once(FaultSide side, bool carriedOut)
    {
        await using var proxy = new KubeFaultProxy(_run, _world.Plane);
        using var client = KubeWorld.ClientFor(proxy.WriteAdminKubeconfig(_folder.File("proxy.kubeconfig")));
        proxy.Ledger.At(1, side, FaultAction.Cut);

        await Should.ThrowAsync<KubernetesOutcomeUnknownException>(() => client.CreateAsync(Map("a"), Token));

        proxy.Ledger.Acts.Count.ShouldBe(1);
        ((await _world.Client.GetAsync<V1ConfigMap>("a", _world.Namespace, Token)) is not null).ShouldBe(carriedOut);
    }

    [Fact]
    public async Task Frozen_server_gives_unknown_outcome_within_timeout()
    {
        await using var proxy = new KubeFaultProxy(_run, _world.Plane);
        using var client = KubeWorld.ClientFor(
            proxy.WriteAdminKubeconfig(_folder.File("proxy.kubeconfig")),
            new KubernetesClientOptions { RequestTimeout = TimeSpan.FromSeconds(1) });
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
