using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

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
        ["KUBECONFIG", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT_HTTPS", "KUBERNETES_SERVICE_PORT", "HOME"];
    private readonly Dictionary<string, string?> _before =
        Names.ToDictionary(n => n, Environment.GetEnvironmentVariable, StringComparer.Ordinal);
    private readonly string _directory = Directory.CreateTempSubdirectory("drydock-environment").FullName;
    private readonly ManualTimeProvider _time = new();

    public EnvironmentTests()
    {
        foreach (var name in Names)
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        Environment.SetEnvironmentVariable("HOME", _directory);
    }

    public void Dispose()
    {
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

        var configuration = KubernetesClientConfiguration.InClusterConfig(_time, _directory);

        configuration.Server.ShouldBe(new Uri(server));
        configuration.Namespace.ShouldBe("drydock-system");
        (await configuration.Credentials.GetAsync(refresh: false, default)).Token.ShouldBe("first");
        Write("token", "second");
        _time.Advance(TimeSpan.FromMinutes(1));
        (await configuration.Credentials.GetAsync(refresh: false, default)).Token.ShouldBe("second");
    }

    [Fact]
    public void Outside_a_pod_the_message_says_what_is_missing() =>
        Should.Throw<KubernetesConfigurationException>(
            () =>
                KubernetesClientConfiguration.InClusterConfig(
                    _time, _directory)).Message.ShouldContain("KUBERNETES_SERVICE_HOST is not set");

    [Fact]
    public void Missing_kubeconfig_and_pod_says_what_to_set() =>
        Should.Throw<KubernetesConfigurationException>(
            () => KubernetesClientConfiguration.BuildDefaultConfig(_time)).Message.ShouldContain("set KUBECONFIG");

    [Fact]
    public void Kubeconfig_precedes_pod_and_variable_precedes_home()
    {
        Pod("10.0.0.1");
        Directory.CreateDirectory(Path.Combine(_directory, ".kube"));
        Write(
            ".kube/config",
            "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
                + "'https://home'}}]}");
        KubernetesClientConfiguration.BuildDefaultConfig(_time).Server.ShouldBe(new Uri("https://home/"));

        Write(
            "other",
            "{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: "
                + "'https://other'}}]}");
        Environment.SetEnvironmentVariable(
            "KUBECONFIG", $"{Path.Combine(_directory, "missing")}:{Path.Combine(_directory, "other")}");
        KubernetesClientConfiguration.BuildDefaultConfig(_time).Server.ShouldBe(new Uri("https://other/"));
    }

    private void Pod(string host)
    {
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", host);
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT_HTTPS", "6443");
        Write("token", "first");
        Write("namespace", "drydock-system");
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_directory, name), text);
}
