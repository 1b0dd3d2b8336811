using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Kubernetes.Configuration;
using k8s.Authentication;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class KubeConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drydock-kubeconfig").FullName;
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_current_context_gives_server_namespace_and_token()
    {
        var configuration = Read(Config("token: secret-token", context: "namespace: team-a"));

        configuration.Host.ShouldBe("https://192.0.2.1:6443/");
        configuration.Namespace.ShouldBe("team-a");
        configuration.AccessToken.ShouldBe("secret-token");
    }

    [Fact]
    public void Another_context_can_be_asked_for()
    {
        var path = Write("config", """
            current-context: one
            clusters: [{name: c1, cluster: {server: "https://one"}}, {name: c2, cluster: {server: "https://two/k8s/clusters/c-x", tls-server-name: api, insecure-skip-tls-verify: true, proxy-url: "http://192.0.2.9:3128"}}]
            users: [{name: u, user: {token: t}}]
            contexts: [{name: one, context: {cluster: c1, user: u}}, {name: two, context: {cluster: c2}}]
            """);

        var configuration = KubeConfig.BuildConfigFromConfigFile(path, "two");

        configuration.Host.ShouldBe("https://two/k8s/clusters/c-x");
        configuration.TlsServerName.ShouldBe("api");
        configuration.SkipTlsVerify.ShouldBeTrue();
        using var handler = new SocketsHttpHandler();
        configuration.FirstMessageHandlerSetup(handler);
        handler.Proxy!.GetProxy(new Uri("https://two")).ShouldBe(new Uri("http://192.0.2.9:3128"));
        configuration.AccessToken.ShouldBeNull();
        configuration.TokenProvider.ShouldBeNull();
    }

    [Fact]
    public void Several_files_are_merged_and_first_entry_wins()
    {
        var first = Write("a", "{current-context: x, clusters: [{name: c, cluster: {server: 'https://first'}}]}");
        var second = Write(
            "b",
            "{current-context: y, clusters: [{name: c, cluster: {server: 'https://second'}}], contexts: [{name: "
                + "x, context: {cluster: c}}]}");

        Build([first, Path.Combine(_directory, "missing"), second]).Host.ShouldBe("https://first/");
    }

    [Fact]
    public void Certificates_come_inline_or_from_files_beside_kubeconfig()
    {
        using var certificate = SelfSigned("CN=admin");
        var (pem, key) =
            (certificate.ExportCertificatePem(), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Write("client.pem", pem);
        Write("client.key", key);
        Write("ca.pem", pem + "\n" + pem);

        var files = Read(
            Config(
                "{client-certificate: client.pem, client-key: client.key}", cluster: "certificate-authority: ca.pem"));
        var inline = Read(
            Config(
                $"{{client-certificate-data: {Base64(pem)}, client-key-data: {Base64(key)}}}",
                cluster: $"certificate-authority-data: {Base64(pem)}"));

        foreach (var configuration in new[] { files, inline })
        {
            configuration.ClientCertificateData.ShouldBe(Base64(pem));
            configuration.ClientCertificateKeyData.ShouldBe(Base64(key));
        }

        files.SslCaCerts.Count.ShouldBe(2);
        inline.SslCaCerts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Token_file_is_read_for_each_request()
    {
        var tokenFile = Write("token", "first\n");
        var credentials = Read(Config($"tokenFile: {tokenFile}")).TokenProvider;
        (await TokenOf(credentials)).ShouldBe("first");

        Write("token", "second");
        (await TokenOf(credentials)).ShouldBe("second");

        File.Delete(tokenFile);
        (await TokenOf(credentials)).ShouldBe(
            "second", "a file missing between two rotations does not take the last token away");
    }

    [Fact]
    public async Task Exec_plugin_runs_again_before_expiry_or_after_refusal()
    {
        var credentials = (IRenewableTokenProvider)Read(
            Config(
                "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./shell, args: "
                    + $"[{Path.Combine(_directory, "plugin.sh")}, {Path.Combine(_directory, "runs")}], env: [{{name: "
                    + "EXTRA, value: x}], provideClusterInfo: true}")).TokenProvider;
        Script("plugin.sh", """
            echo run >> "$1"
            [ "$EXTRA" = x ] || exit 3
            case "$KUBERNETES_EXEC_INFO" in *'"server":"https://192.0.2.1:6443"'*) ;; *) exit 4 ;; esac
            echo noise >&2
            printf '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t%s","expirationTimestamp":"2026-01-01T01:00:00Z"}}' "$(wc -l < "$1")"
            """);

        (await TokenOf(credentials)).ShouldBe("t1");
        await credentials.RenewAsync(default);
        (await TokenOf(credentials)).ShouldBe("t2");
        _time.Advance(TimeSpan.FromMinutes(59));
        (await TokenOf(credentials)).ShouldBe("t2");
        _time.Advance(TimeSpan.FromSeconds(40));
        (await TokenOf(credentials)).ShouldBe("t3");
    }

    [Theory]
    [InlineData("exit 7", "exit code 7")]
    [InlineData("echo canary-token", "not an ExecCredential in JSON")]
    [InlineData(
        """echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"canary-token"}}'""",
        "apiVersion 'client.authentication.k8s.io/v1', expected 'client.authentication.k8s.io/v1beta1'")]
    [InlineData(
        """echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","status":{}}'""",
        "neither status.token nor status.clientCertificateData")]
    public async Task Unusable_plugin_is_named_and_its_output_hidden(string script, string why)
    {
        var credentials = (IRenewableTokenProvider)Read(
            Config(
                "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./shell, args: "
                    + $"[{Path.Combine(_directory, "plugin.sh")}]}}")).TokenProvider;
        Script("plugin.sh", script);

        var error = await Should.ThrowAsync<KubernetesConfigurationException>(
            () => TokenOf(credentials));

        error.Message.ShouldContain("shell");
        error.Message.ShouldContain(why);
        error.ToString().ShouldNotContain("canary-token");
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_comes_with_its_hint()
    {
        var credentials = (IRenewableTokenProvider)Read(
            Config(
                "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: "
                    + "drydock-no-such-plugin, installHint: install it from the vendor}")).TokenProvider;

        (await Should.ThrowAsync<KubernetesConfigurationException>(() => TokenOf(credentials))).Message
            .ShouldContain("install it from the vendor");
    }

    [Theory]
    [InlineData(
        "{current-context: gone, contexts: [{name: here, context: {}}]}",
        "no entry 'gone' in contexts, which has: here")]
    [InlineData("{contexts: [{name: here, context: {}}]}", "no current-context; its contexts are: here")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
            + "'ftp://x'}}]}",
        "clusters[c].server is not an http or https address")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
            + "'https://x', certificate-authority-data: '***'}}]}",
        "certificate-authority, client-certificate and client-key must be PEM")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
            + "'https://x', certificate-authority-data: 'eHl6'}}]}",
        "clusters[c].certificate-authority contains no certificate")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
            + "'https://x', insecure-skip-tls-verify: maybe}}]}",
        "is not a valid kubeconfig in YAML at line 1")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: "
            + "{server: 'https://x'}}], users: [{name: u, user: {username: a, password: canary}}]}",
        "users[u] has an auth-provider or a username")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: "
            + "{server: 'https://x'}}], users: [{name: u, user: {client-certificate: /none.pem}}]}",
        "/none.pem")]
    [InlineData("contexts: [", "is not a valid kubeconfig in YAML at line")]
    [InlineData("", "is empty")]
    public void Unusable_entry_is_named_with_position_and_without_secret(string text, string message)
    {
        var path = Write("config", text);

        var error = Should.Throw<KubernetesConfigurationException>(
            () => KubeConfig.BuildConfigFromConfigFile(path));

        error.Message.ShouldContain(message);
        error.Message.ShouldContain(path);
        error.Message.ShouldNotContain("canary");
    }

    private static X509Certificate2 SelfSigned(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static string Config(string user, string cluster = "", string context = "") => $"""
        apiVersion: v1
        kind: Config
        current-context: ctx
        clusters:
        - name: c
          cluster:
            server: https://192.0.2.1:6443
            {cluster}
        users:
        - name: u
          user:
            {user}
        contexts:
        - name: ctx
          context:
            cluster: c
            user: u
            {context}
        """;

    private k8s.KubernetesClientConfiguration Read(string text) => Build([Write("config", text)]);

    private k8s.KubernetesClientConfiguration Build(params string[] paths) =>
        KubeConfig.Build(paths, context: null, _time);

    private static async Task<string?> TokenOf(ITokenProvider provider) =>
        (await provider.GetAuthenticationHeaderAsync(default)).Parameter;

    /// <summary>
    /// The script is run through a link to the shell beside the kubeconfig: a file just written cannot always be
    /// executed while other tests fork.
    /// </summary>
    private void Script(string name, string body)
    {
        Write(name, body + "\n");
        File.CreateSymbolicLink(Path.Combine(_directory, "shell"), "/bin/sh");
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
