using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

public sealed class KubeConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("drydock-kubeconfig").FullName;
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_current_context_gives_server_namespace_and_token()
    {
        var configuration = Read(Config("token: secret-token", context: "namespace: team-a"));

        configuration.Server.ShouldBe(new Uri("https://192.0.2.1:6443/"));
        configuration.Namespace.ShouldBe("team-a");
        (await configuration.Credentials.GetAsync(refresh: false, default)).Token.ShouldBe("secret-token");
        configuration.ToString().ShouldNotContain("secret-token");
    }

    [Fact]
    public async Task Another_context_can_be_asked_for()
    {
        var path = Write("config", """
            current-context: one
            clusters: [{name: c1, cluster: {server: "https://one"}}, {name: c2, cluster: {server: "https://two/k8s/clusters/c-x", tls-server-name: api, insecure-skip-tls-verify: true, proxy-url: "http://192.0.2.9:3128"}}]
            users: [{name: u, user: {token: t}}]
            contexts: [{name: one, context: {cluster: c1, user: u}}, {name: two, context: {cluster: c2}}]
            """);

        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(path, "two");

        configuration.Server.ShouldBe(new Uri("https://two/k8s/clusters/c-x/"));
        configuration.TlsServerName.ShouldBe("api");
        configuration.SkipTlsVerify.ShouldBeTrue();
        configuration.Proxy.ShouldBe(new Uri("http://192.0.2.9:3128"));
        configuration.Namespace.ShouldBe("default");
        (await configuration.Credentials.GetAsync(refresh: false, default)).ShouldBe(Credential.Anonymous);
    }

    [Fact]
    public void Several_files_are_merged_and_first_entry_wins()
    {
        var first = Write("a", "{current-context: x, clusters: [{name: c, cluster: {server: 'https://first'}}]}");
        var second = Write(
            "b",
            "{current-context: y, clusters: [{name: c, cluster: {server: 'https://second'}}], contexts: [{name: "
                + "x, context: {cluster: c}}]}");

        var file = KubeConfigFile.Load([first, Path.Combine(_directory, "missing"), second]);

        new KubeConfigReader(file, _time).Read(null).Server.ShouldBe(new Uri("https://first/"));
    }

    [Fact]
    public async Task Certificates_come_inline_or_from_files_beside_kubeconfig()
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
            var credential = await configuration.Credentials.GetAsync(refresh: false, default);
            credential.ClientCertificate!.Subject.ShouldBe("CN=admin");
            credential.ClientCertificate.HasPrivateKey.ShouldBeTrue();
        }

        files.CertificateAuthorities!.Count.ShouldBe(2);
        inline.CertificateAuthorities!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Token_file_is_reread_after_minute_or_refusal()
    {
        var tokenFile = Write("token", "first\n");
        var credentials = Read(Config($"tokenFile: {tokenFile}")).Credentials;
        (await credentials.GetAsync(refresh: false, default)).Token.ShouldBe("first");

        Write("token", "second");
        (await credentials.GetAsync(refresh: false, default)).Token.ShouldBe("first");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await credentials.GetAsync(refresh: false, default)).Token.ShouldBe("second");

        Write("token", "third");
        (await credentials.GetAsync(refresh: true, default)).Token.ShouldBe("third");

        File.Delete(tokenFile);
        (await credentials.GetAsync(refresh: true, default)).Token.ShouldBe(
            "third", "a file missing between two rotations does not take the last token away");
    }

    [Fact]
    public async Task Exec_plugin_runs_again_before_expiry_or_after_refusal()
    {
        var credentials = Read(
            Config(
                "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./shell, args: "
                    + $"[{Path.Combine(_directory, "plugin.sh")}, {Path.Combine(_directory, "runs")}], env: [{{name: "
                    + "EXTRA, value: x}], provideClusterInfo: true}")).Credentials;
        Script("plugin.sh", """
            echo run >> "$1"
            [ "$EXTRA" = x ] || exit 3
            case "$KUBERNETES_EXEC_INFO" in *'"server":"https://192.0.2.1:6443"'*) ;; *) exit 4 ;; esac
            echo noise >&2
            printf '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"t%s","expirationTimestamp":"2026-01-01T01:00:00Z"}}' "$(wc -l < "$1")"
            """);

        (await credentials.GetAsync(refresh: false, default)).Token.ShouldBe("t1");
        _time.Advance(TimeSpan.FromMinutes(59));
        (await credentials.GetAsync(refresh: false, default)).Token.ShouldBe("t1");
        _time.Advance(TimeSpan.FromSeconds(40));
        (await credentials.GetAsync(refresh: false, default)).Token.ShouldBe("t2");
        (await credentials.GetAsync(refresh: true, default)).Token.ShouldBe("t3");
    }

    [Theory]
    [InlineData("exit 7", "exit code 7")]
    [InlineData("echo canary-token", "not an ExecCredential in JSON")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1","status":{"token":"canary-token"}}'""", "apiVersion 'client.authentication.k8s.io/v1', expected 'client.authentication.k8s.io/v1beta1'")]
    [InlineData("""echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","status":{}}'""", "neither status.token nor status.clientCertificateData")]
    public async Task Unusable_plugin_is_named_and_its_output_hidden(string script, string why)
    {
        var credentials = Read(
            Config(
                "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./shell, args: "
                    + $"[{Path.Combine(_directory, "plugin.sh")}]}}")).Credentials;
        Script("plugin.sh", script);

        var error = await Should.ThrowAsync<KubernetesConfigurationException>(
            async () => await credentials.GetAsync(refresh: false, default));

        error.Message.ShouldContain("shell");
        error.Message.ShouldContain(why);
        error.ToString().ShouldNotContain("canary-token");
    }

    [Fact]
    public async Task A_plugin_that_is_not_installed_comes_with_its_hint()
    {
        var credentials = Read(
            Config(
                "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: "
                    + "drydock-no-such-plugin, installHint: install it from the vendor}")).Credentials;

        (await Should.ThrowAsync<KubernetesConfigurationException>(async () => await credentials.GetAsync(refresh: false, default))).Message
            .ShouldContain("install it from the vendor");
    }

    [Theory]
    [InlineData(
        "{current-context: gone, contexts: [{name: here, context: {}}]}",
        "has no entry 'gone' in contexts; it has: here")]
    [InlineData("{contexts: [{name: here, context: {}}]}", "no current-context; its contexts are: here")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
            + "'ftp://x'}}]}",
        "clusters[c].server is not an http or https address")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
            + "'https://x', certificate-authority-data: '***'}}]}",
        "clusters[c].certificate-authority-data is not base64")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
            + "'https://x', insecure-skip-tls-verify: maybe}}]}",
        "clusters[c].insecure-skip-tls-verify is 'maybe'; expected true or false")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: "
            + "{server: 'https://x'}}], users: [{name: u, user: {username: a, password: canary}}]}",
        "users[u].auth-provider or username")]
    [InlineData(
        "{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: "
            + "{server: 'https://x'}}], users: [{name: u, user: {client-certificate: /none.pem}}]}",
        "users[u].client-certificate: the file /none.pem cannot be read")]
    [InlineData("contexts: [", "is not valid YAML at line")]
    [InlineData("", "is empty or not a mapping")]
    public void Unusable_entry_is_named_with_position_and_without_secret(string text, string message)
    {
        var path = Write("config", text);

        var error = Should.Throw<KubernetesConfigurationException>(
            () => KubernetesClientConfiguration.BuildConfigFromConfigFile(path));

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

    private KubernetesClientConfiguration Read(string text) =>
        KubernetesClientConfiguration.BuildConfigFromConfigFile(Write("config", text), time: _time);

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
