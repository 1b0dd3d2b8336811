using Drydock.Clients.Kubernetes.Configuration;
using Spectre.Console;
using KubernetesClientConfiguration = k8s.KubernetesClientConfiguration;

namespace Drydock.Cli.CommandLine;

/// <summary>One run of a verb: the server it speaks to, and where it prints.</summary>
internal sealed class Invocation : IDisposable
{
    public const string OperatorNamespace = "drydock-system";

    // Not kubectl-...: Flux removes what field managers with that beginning have set.
    private static readonly KubernetesClientOptions Options = new()
    {
        FieldManager = "drydock-plugin",
        UserAgent = "kubectl-drydock",
    };

    private readonly IDisposable? _connection;

    public Invocation(Surroundings surroundings, ParseResult parsed)
    {
        Surroundings = surroundings;
        Console = surroundings.CreateConsole();
        var path = parsed.GetValue<string?>(SharedOptions.Kubeconfig);
        var context = parsed.GetValue<string?>(SharedOptions.Context);
        Configuration = path is null && context is null
            ? KubeConfig.BuildDefaultConfig(surroundings.Time)
            : KubeConfig.BuildConfigFromConfigFile(path, context, surroundings.Time);
        var client = new KubernetesClient(
            Configuration, KubernetesJson.CreateOptions(CrdsJsonContext.Default), Options, surroundings.Time);
        (Kubernetes, _connection) = (client, client);
        Namespace = parsed.GetValue<string?>(SharedOptions.Namespace) ?? client.DefaultNamespace;
        ConnectionOptions = Given(SharedOptions.Context, context) + Given(SharedOptions.Kubeconfig, path);
    }

    public Invocation(Surroundings surroundings, IKubernetesClient kubernetes, string @namespace)
    {
        Surroundings = surroundings;
        Console = surroundings.CreateConsole();
        Configuration = new KubernetesClientConfiguration();
        (Kubernetes, Namespace, ConnectionOptions) = (kubernetes, @namespace, "");
    }

    public KubernetesClientConfiguration Configuration { get; }

    public IKubernetesClient Kubernetes { get; }

    public string Namespace { get; }

    public string ConnectionOptions { get; }

    public string HowToFindOperator =>
        $"See whether it runs: `kubectl -n {OperatorNamespace} get pod,lease{ConnectionOptions}` (with the namespace "
        + "that it was installed in, if that is another).";

    public Surroundings Surroundings { get; }

    public IAnsiConsole Console { get; }

    public DateTimeOffset Now => Surroundings.Time.GetUtcNow();

    public k8s.Kubernetes CreatePackageClient() => PackageClient.Create(Configuration, Options);

    public void Dispose() => _connection?.Dispose();

    private static string Given(string option, string? value) =>
        value is null ? "" : $" {option} {ShellWord.Quote(value)}";
}
