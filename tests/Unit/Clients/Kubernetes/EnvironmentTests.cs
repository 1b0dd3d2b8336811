using System.Reflection;
using System.Security.Cryptography.X509Certificates;
using Drydock.Clients.Kubernetes.Configuration;

namespace Drydock.Tests.Unit.Clients.Kubernetes;

/// <summary>
/// Configuration that comes from the process environment, which all tests share: one test at a time, and everything as
/// it was afterwards.
/// </summary>
[CollectionDefinition(nameof(EnvironmentTests), DisableParallelization = true)]
[Collection(nameof(EnvironmentTests))]
public sealed class EnvironmentTests : IDisposable
{
    private static readonly string[] Names =
        ["KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "HOME"];
    private readonly Dictionary<string, string?> _before =
        Names.ToDictionary(n => n, Environment.GetEnvironmentVariable, StringComparer.Ordinal);
    private readonly string _directory = Directory.CreateTempSubdirectory("drydock-environment").FullName;
    private readonly ManualTimeProvider _time = new();

    /// <summary>The package has no parameter for the directory of the ServiceAccount.</summary>
    private readonly FieldInfo _mounted =
        typeof(k8s.KubernetesClientConfiguration).GetField(
            "ServiceAccountPath", BindingFlags.Static | BindingFlags.NonPublic)!;
    private readonly object? _mountedBefore;

    public EnvironmentTests()
    {
        _mountedBefore = _mounted.GetValue(null);
        foreach (var name in Names)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        Environment.SetEnvironmentVariable("HOME", _directory);
    }

    public void Dispose()
    {
        _mounted.SetValue(null, _mountedBefore);
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("10.0.0.1", "https://10.0.0.1:6443/")]
    [InlineData("fd00::1", "https://[fd00::1]:6443/")]
    public async Task Pod_uses_service_account_and_rereads_its_token(string host, string server)
    {
        Pod(host);
        var token = Path.Combine(_directory, "token");
        Write("token", "first");
        Write("namespace", "drydock-system\n");
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        using (var authority = new CertificateRequest("CN=ca", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100)))
        {
            Write("ca.crt", authority.ExportCertificatePem());
        }

        _mounted.SetValue(null, _directory);

        var configuration = KubeConfig.InClusterConfig(token);

        configuration.Host.ShouldBe(server);
        configuration.Namespace.ShouldBe("drydock-system");
        configuration.SslCaCerts.ShouldHaveSingleItem();
        (await configuration.TokenProvider.GetAuthenticationHeaderAsync(default)).Parameter.ShouldBe("first");
        Write("token", "second");
        (await configuration.TokenProvider.GetAuthenticationHeaderAsync(default)).Parameter.ShouldBe("second");
    }

    [Fact]
    public void Pod_without_service_account_is_told_what_is_missing()
    {
        Pod("10.0.0.1");

        Should.Throw<KubernetesConfigurationException>(() => KubeConfig.BuildDefaultConfig(_time)).Message
            .ShouldContain("automountServiceAccountToken");
    }

    [Fact]
    public void Missing_kubeconfig_and_pod_says_what_to_set() =>
        Should.Throw<KubernetesConfigurationException>(
            () => KubeConfig.BuildDefaultConfig(_time)).Message.ShouldContain("set KUBECONFIG");

    [Fact]
    public void Kubeconfig_precedes_pod_and_variable_precedes_home()
    {
        Pod("10.0.0.1");
        Directory.CreateDirectory(Path.Combine(_directory, ".kube"));
        Write(
            ".kube/config",
            "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
                + "'https://home'}}]}");
        KubeConfig.BuildDefaultConfig(_time).Host.ShouldBe("https://home/");

        Write(
            "other",
            "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
                + "'https://other'}}]}");
        Environment.SetEnvironmentVariable(
            "KUBECONFIG", $"{Path.Combine(_directory, "missing")}:{Path.Combine(_directory, "other")}");
        KubeConfig.BuildDefaultConfig(_time).Host.ShouldBe("https://other/");
    }

    private void Pod(string host)
    {
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", host);
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", "6443");
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory, name), text);
}
