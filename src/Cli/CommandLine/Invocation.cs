using System.CommandLine;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Spectre.Console;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Cli.CommandLine;

/// <summary>One run of a verb: the server it speaks to, and where it prints.</summary>
internal sealed class Invocation : IDisposable
{
    private readonly KubernetesClient _client;

    public Invocation(Surroundings surroundings, GlobalOptions options, ParseResult parsed)
    {
        Surroundings = surroundings;
        Console = surroundings.CreateConsole();
        var (path, context) = (parsed.GetValue(options.Kubeconfig), parsed.GetValue(options.Context));
        Configuration = path is null && context is null
            ? KubeConfig.BuildDefaultConfig(surroundings.Time)
            : KubeConfig.BuildConfigFromConfigFile(path, context, surroundings.Time);
        _client = new KubernetesClient(
            Configuration,
            KubernetesJson.CreateOptions(CrdsJsonContext.Default),
            // Not kubectl-...: Flux removes what field managers with that beginning have set.
            new KubernetesClientOptions { FieldManager = "drydock-plugin", UserAgent = "kubectl-drydock" },
            surroundings.Time);
        Namespace = parsed.GetValue(options.Namespace) ?? _client.DefaultNamespace;
    }

    /// <summary>The server and the credentials.</summary>
    public KubernetesClientConfiguration Configuration { get; }

    /// <summary>The API server.</summary>
    public IKubernetesClient Kubernetes => _client;

    /// <summary>The namespace of the objects.</summary>
    public string Namespace { get; }

    /// <summary>Clock, input and output.</summary>
    public Surroundings Surroundings { get; }

    /// <summary>Where the verb prints.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>The present time.</summary>
    public DateTimeOffset Now => Surroundings.Time.GetUtcNow();

    public void Dispose() => _client.Dispose();
}
